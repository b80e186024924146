/** @module What is compared with the store, for whom, and what it costs. */
import { describe, expect, test } from "bun:test";
import { unavailable } from "../../src/domain/error.ts";
import { type ConversationId, conversationId, type UserId, userId } from "../../src/domain/ids.ts";
import { silentLogger } from "../../src/lib/log.ts";
import { only, type UserEvent } from "../../src/services/delivery/events.ts";
import type { Growth } from "../../src/services/delivery/ports.ts";
import { Reconciler } from "../../src/services/delivery/reconciler.ts";
import type { Grown, Moved, PageRequest } from "../../src/store/store.ts";
import { HeldClock } from "../support/clock.ts";
import { until } from "../support/until.ts";

const ADA = userId(1);
const BOB = userId(2);
const EVE = userId(3);
const FAY = userId(4);
const here = new Set([ADA, BOB]);

const grown = (id: number, a: UserId, b: UserId, lastSeq: number): Grown => ({
  conversation: conversationId(id),
  ...{ kind: "direct", members: [a, b] },
  lastSeq,
});

function reconcilerOver(
  conversations: Grown[],
  cursors: Moved[],
  failures = 0,
  groupsOf: Record<UserId, ConversationId[]> = {},
) {
  const clock = new HeldClock();
  const caughtUp: Growth[] = [];
  const told: UserEvent[] = [];
  const windows: number[] = [];
  const state = { failures, rows: 0, asked: 0 };
  const groups: [ConversationId, number][] = [];
  const pageOf = <T>(items: T[], { cursor, limit }: PageRequest) => {
    const from = Number(cursor ?? 0);
    const page = items.slice(from, from + limit);
    state.rows += page.length;
    return { items: page, next: from + limit < items.length ? String(from + limit) : undefined };
  };
  const reconciler = new Reconciler({
    conversations: {
      grownWithin: async (windowMs, page) => {
        windows.push(windowMs);
        if (state.failures-- > 0) throw unavailable("the database");
        return pageOf(conversations, page);
      },
      groupsOf: async (user) => {
        state.asked++;
        return groupsOf[user] ?? [];
      },
      movedWithin: async (_windowMs, page) => pageOf(cursors, page),
    },
    local: {
      has: (user) => here.has(user),
      catchUp: (growth) => caughtUp.push(growth),
      catchUpGroup: (...growth) => groups.push(growth),
      groupUsers: () => here,
      deliver: (events) => told.push(...events),
    },
    doubt: () => undefined,
    clock,
    logger: silentLogger,
  });
  return { reconciler, clock, caughtUp, told, windows, state, groups };
}

describe("reconciler", () => {
  test("each member who is here is compared with what grew; nobody else costs more than a row", async () => {
    const { reconciler, clock, caughtUp } = reconcilerOver(
      [grown(1, ADA, BOB, 7), grown(2, BOB, EVE, 3), grown(3, EVE, FAY, 9)],
      [],
    );
    reconciler.request("a node vanished", clock.monotonic());
    await until(() => caughtUp.length === 3);
    expect(caughtUp).toEqual([
      { user: ADA, conversation: conversationId(1), peer: BOB, lastSeq: 7 },
      { user: BOB, conversation: conversationId(1), peer: ADA, lastSeq: 7 },
      { user: BOB, conversation: conversationId(2), peer: EVE, lastSeq: 3 },
    ]);
  });

  test("who is here learns how far others got, and how far their own other devices did", async () => {
    const moved = (user: UserId, peer: UserId): Moved => ({
      conversation: conversationId(1),
      user,
      peer,
      delivered: 5,
      read: 4,
    });
    const { reconciler, clock, told } = reconcilerOver(
      [],
      [moved(EVE, ADA), moved(EVE, FAY), moved(BOB, EVE)],
    );
    reconciler.request("a link is back", clock.monotonic());
    await until(() => told.length === 2);
    const marks = { conversation: conversationId(1), deliveredSeq: 5, readSeq: 4 };
    expect(told).toEqual([
      { type: "receipt", audience: only(ADA), peer: EVE, ...marks },
      { type: "cursor_moved", audience: only(BOB), peer: EVE, ...marks },
    ]);
  });

  test("who is in a group that grew is compared, and who may have been added to it is found; no member list is read", async () => {
    const [seven, eight] = [conversationId(7), conversationId(8)];
    const group = (conversation: ConversationId, lastSeq: number): Grown => ({
      ...{ conversation, lastSeq, kind: "group", members: [] },
    });
    const { reconciler, clock, caughtUp, groups, state } = reconcilerOver(
      [group(seven, 5), grown(1, EVE, FAY, 2), group(eight, 6)],
      [],
      0,
      { [ADA]: [seven, conversationId(9)] },
    );
    reconciler.request("a node vanished", clock.monotonic());
    await until(() => caughtUp.length === 1);
    expect(groups).toEqual([
      [seven, 5],
      [eight, 6],
    ]);
    expect(caughtUp).toEqual([{ user: ADA, conversation: seven, peer: undefined, lastSeq: 5 }]);
    expect(state.asked).toBe(here.size);
  });

  test("of cursors in groups one's own devices are told, and nobody else", async () => {
    const { reconciler, clock, told, state } = reconcilerOver(
      [grown(1, EVE, FAY, 2)],
      [EVE, ADA].map((user) => ({
        conversation: conversationId(7),
        user,
        peer: undefined,
        delivered: 5,
        read: 4,
      })),
    );
    reconciler.request("a node vanished", clock.monotonic());
    await until(() => told.length === 1);
    expect(told).toMatchObject([{ type: "cursor_moved", audience: only(ADA), peer: undefined }]);
    expect(state.asked).toBe(0);
  });

  test("it reads as many rows as conversations grew, page by page, whatever sessions there are", async () => {
    const many = Array.from({ length: 2_500 }, (_, i) => grown(i + 1, EVE, FAY, 1));
    const { reconciler, clock, caughtUp, state } = reconcilerOver([...many, grown(9_999, ADA, EVE, 1)], []);
    reconciler.request("a node vanished", clock.monotonic());
    await until(() => caughtUp.length === 1);
    expect(state.rows).toBe(2_501);
  });

  test("the window reaches back beyond the doubt; a store that is away is asked again, for as long", async () => {
    const { reconciler, clock, caughtUp, windows } = reconcilerOver([grown(1, ADA, BOB, 1)], [], 1);
    const since = clock.monotonic();
    clock.pass(10_000);
    reconciler.request("a node vanished", since);
    await until(() => windows.length === 1);
    clock.pass(2_000);
    await until(() => caughtUp.length === 2, { timeoutMs: 5_000 });
    expect(windows).toEqual([40_000, 42_000]);
  });
});
