/** @module By which groups a node is found: those that sessions here are in, whatever coordination forgets or fails at. */
import { describe, expect, test } from "bun:test";
import { openMemory } from "../../src/coordination/memory/index.ts";
import type { NodeAddress } from "../../src/domain/entities.ts";
import { AppError } from "../../src/domain/error.ts";
import { type ConversationId, conversationId, nodeName } from "../../src/domain/ids.ts";
import { silentLogger } from "../../src/lib/log.ts";
import { Interests } from "../../src/services/delivery/interests.ts";
import { chatNode } from "../contract/coordination.fixture.ts";
import { HeldClock } from "../support/clock.ts";
import { until } from "../support/until.ts";

const SELF: NodeAddress = { node: nodeName("here"), incarnation: "here#1" };
const [A, B, C] = [1, 2, 3].map(conversationId) as [ConversationId, ConversationId, ConversationId];

function interestsOver({ alone = false } = {}) {
  const { interest, nodes: registry } = openMemory({ clock: new HeldClock() });
  /** Groups that sessions here are in. */
  const here = new Set<ConversationId>();
  const state = { adds: 0, failures: 0, lost: false };
  const interests = new Interests({
    self: SELF,
    interest: {
      ...{ of: interest.of.bind(interest), forget: interest.forget.bind(interest) },
      remove: async (node, groups) => {
        await interest.remove(node, groups);
        if (state.failures-- > 0) throw new AppError("UNAVAILABLE");
      },
      add: async (node, groups) => {
        state.adds++;
        if (!state.lost) await interest.add(node, groups);
        if (state.failures-- > 0) throw new AppError("UNAVAILABLE");
      },
    },
    registry,
    local: { hasGroup: (group) => here.has(group) },
    alone,
    logger: silentLogger,
  });
  const found = async () => [...(await interest.of([A, B, C])).keys()];
  const enter = (...groups: ConversationId[]) => {
    for (const group of groups) here.add(group);
    return interests.enter(groups);
  };
  return { interests, interest, registry, here, state, found, enter };
}

describe("interests", () => {
  test("who enters is found when that resolves; groups that are known already cost no call", async () => {
    const { enter, found, state } = interestsOver();
    await Promise.all([enter(A, B), enter(B), enter(A)]);
    expect([await found(), state.adds]).toEqual([[A, B], 1]);
    await enter(B);
    expect(state.adds).toBe(1);
    await enter(B, C);
    expect([await found(), state.adds]).toEqual([[A, B, C], 2]);
  });

  test("a process that is alone tells nobody", async () => {
    const { interests, enter, found, state } = interestsOver({ alone: true });
    await enter(A);
    await interests.again();
    expect([await found(), state.adds]).toEqual([[], 0]);
  });

  test("a group that nobody is in is removed at the next sweep, and added for who comes back", async () => {
    const { interests, enter, found, here } = interestsOver();
    await enter(A, B);
    here.delete(A);
    expect(await found()).toEqual([A, B]);
    await interests.sweep();
    expect(await found()).toEqual([B]);
    await enter(A);
    expect(await found()).toEqual([A, B]);
    here.clear();
    await interests.stop();
    expect(await found()).toEqual([]);
  });

  test("who enters while the group is removed is found all the same", async () => {
    const { interests, enter, found, here } = interestsOver();
    await enter(A);
    here.delete(A);
    const swept = interests.sweep();
    await Promise.resolve();
    await Promise.all([swept, enter(A)]);
    expect(await found()).toEqual([A]);
  });

  test("a failure is told to who enters; whether coordination did it or not, the next one adds it", async () => {
    const { enter, found, state } = interestsOver();
    state.failures = 1;
    state.lost = true;
    await expect(enter(A)).rejects.toMatchObject({ codeName: "UNAVAILABLE" });
    state.lost = false;
    await enter(A);
    expect(await found()).toEqual([A]);
  });

  test("what was added or removed although it failed is not left behind", async () => {
    const { interests, enter, found, here, state } = interestsOver();
    state.failures = 1;
    await expect(enter(A)).rejects.toMatchObject({ codeName: "UNAVAILABLE" });
    await enter(B);
    here.clear();
    state.failures = 1;
    await interests.sweep();
    await enter(B);
    await interests.sweep();
    expect(await found()).toEqual([B]);
  });

  test("what coordination forgot is added again, also when that fails at first", async () => {
    const { interests, interest, enter, found, state } = interestsOver();
    await enter(A, B);
    await interest.remove(SELF, [A, B]);
    await enter(A);
    expect(await found()).toEqual([]);
    state.failures = 1;
    state.lost = true;
    await interests.again();
    expect(await found()).toEqual([]);
    state.lost = false;
    await until(async () => (await found()).length === 2);
  });

  test("the dead are forgotten, when they are met and once in a while; the living and this node are not", async () => {
    const { interests, interest, registry, enter } = interestsOver();
    await registry.register(chatNode("here"), 60_000);
    await registry.register(chatNode("east"), 60_000);
    await enter(A, B);
    for (const name of ["east", "dead"])
      await interest.add({ node: nodeName(name), incarnation: `${name}#1` }, [A, B, C]);
    const namesIn = async (group: ConversationId) =>
      ((await interest.of([group])).get(group) ?? []).map(({ node }) => node as string);
    await interests.forget(C, (await interest.of([C])).get(C) ?? []);
    expect(await namesIn(C)).toEqual(["east"]);
    await interests.refresh();
    expect([await namesIn(A), await namesIn(B)]).toEqual([
      ["here", "east"],
      ["here", "east"],
    ]);
  });
});
