/**
 * @module contract/store.group-races.cases
 * Groups that several handles change and write to at once: the log is the truth, and the rest follows it.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Message, Role } from "../../src/domain/entities.ts";
import { AppError } from "../../src/domain/error.ts";
import type { ConversationId, UserId } from "../../src/domain/ids.ts";
import type { GroupChange, Store } from "../../src/store/store.ts";
import { change, crew, friendsOf, LIMITS, leave, post, rolesIn, seen } from "./store.groups.harness.ts";
import { befriend, register, type StoreHarness } from "./store.harness.ts";

const HANDLES = 4;

interface Told {
  readonly added?: string[];
  readonly removed?: string[];
  readonly left?: string[];
  readonly roles?: { uuid: string; role: Role }[];
}

/** Who is in a group, as somebody knows who saw its whole log. */
function replayed(log: readonly Message[]): Map<string, Role> {
  const members = new Map<string, Role>();
  for (const { kind, data } of log) {
    if (kind !== "members") continue;
    const { added = [], removed = [], left = [], roles = [] } = data as Told;
    for (const user of added) {
      expect(members.has(user)).toBe(false);
      members.set(user, "member");
    }
    for (const user of [...removed, ...left]) expect(members.delete(user)).toBe(true);
    for (const { uuid, role } of roles) {
      expect(members.has(uuid)).toBe(true);
      members.set(uuid, role);
    }
  }
  return members;
}

export function groupRaceCases(harness: () => StoreHarness): void {
  let stores: Store[] = [];
  const first = () => stores[0] as Store;
  beforeAll(async () => {
    stores = await Promise.all(Array.from({ length: HANDLES }, () => harness().open()));
  });
  afterAll(async () => {
    await Promise.all(stores.map((store) => store.close()));
  });
  const at = (index: number) => stores[index % HANDLES] as Store;

  /** What is refused for what another one did first is no failure here. */
  const quietly = (call: Promise<unknown>) =>
    call.catch((thrown: unknown) => {
      if (thrown instanceof AppError && thrown.codeName !== "UNAVAILABLE") return;
      throw thrown;
    });

  async function expectLogToHold(group: ConversationId, reader: UserId): Promise<void> {
    const log = await seen(first(), group, reader);
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
    const members = replayed(log);
    const roles = ((await rolesIn(first(), group, reader)) ?? []).map(([id, role]) => [String(id), role]);
    expect(new Map(roles as [string, Role][])).toEqual(members);
    const info = await first().conversations.info(group, reader);
    expect(info).toMatchObject({
      ...{ members: members.size, version: log.filter(({ kind }) => kind === "members").length },
    });
  }

  test("who is removed while they write: nothing of theirs is stored behind it", async () => {
    const { group, owner, members } = await crew(first(), 1);
    const [x] = members as [UserId];
    for (let round = 0; round < 15; round += 1) {
      const writing = [1, 2, 3].map(async (index) => {
        for (let count = 0; count < 4; count += 1)
          await at(index).messages.append([post(group, owner), post(group, x), post(group, x)], 1);
      });
      const out = round % 3 ? { actor: owner, remove: [x] } : undefined;
      await Promise.all([
        ...writing,
        out ? change(first(), { conversation: group, ...out }) : leave(first(), group, x),
      ]);
      await change(first(), { conversation: group, actor: owner, add: [x] });
    }
    let isMember = false;
    for (const { kind, sender, data } of await seen(first(), group, owner)) {
      const { added = [], removed = [], left = [] } = (kind === "members" ? data : {}) as Told;
      if (kind === "text" && sender === x) expect(isMember).toBe(true);
      if (added.includes(String(x))) isMember = true;
      if ([...removed, ...left].includes(String(x))) isMember = false;
    }
    await expectLogToHold(group, owner);
  });

  test("who is removed while they read: no byte from behind it", async () => {
    const { group, owner, members } = await crew(first(), 1);
    const [x] = members as [UserId];
    for (let round = 0; round < 15; round += 1) {
      let over = false;
      const reading = [1, 2].map(async (index) => {
        const read = new Map<number, Message>();
        while (!over) for (const one of await seen(at(index), group, x)) read.set(one.seq, one);
        return [...read.keys()];
      });
      await change(first(), { conversation: group, actor: owner, remove: [x] });
      for (let count = 0; count < 3; count += 1) await first().messages.append([post(group, owner)], 1);
      const { leftSeq = 0 } = (await first().conversations.standing(group, x)) ?? {};
      over = true;
      for (const seqs of await Promise.all(reading)) expect(Math.max(...seqs)).toBeLessThanOrEqual(leftSeq);
      await change(first(), { conversation: group, actor: owner, add: [x] });
    }
  });

  test("added, removed, raised and leaving all at once: the log tells who is there", async () => {
    const { group, owner, members } = await crew(first(), 6);
    const [admin, ...others] = members as [UserId, ...UserId[]];
    for (const other of others) await befriend(first(), admin, other);
    await change(first(), { conversation: group, actor: owner, roles: [{ user: admin, role: "admin" }] });
    const some = (round: number) => others.filter((_, index) => (index + round) % 2 === 0);
    await Promise.all(
      stores.map(async (store, index) => {
        for (let round = 0; round < 12; round += 1) {
          const actor = index % 2 ? owner : admin;
          const asked = [
            { actor, add: some(round) },
            { actor, remove: some(round + 1) },
            { actor: owner, roles: some(round).map((user) => ({ user, role: "admin" as const })) },
          ][(index + round) % 3] as Omit<GroupChange, "conversation" | "clientId">;
          await quietly(change(store, { conversation: group, ...asked }));
          await quietly(leave(store, group, others[round % others.length] as UserId));
          await store.messages.append([post(group, owner), post(group, others[0] as UserId)], 1);
        }
      }),
    );
    await expectLogToHold(group, owner);
  });

  test("all owners leave at once: who is left has an owner, as long as anybody is left", async () => {
    for (let round = 0; round < 8; round += 1) {
      const { group, owner, members } = await crew(first(), 4);
      const [a, b, stays] = members as [UserId, UserId, UserId];
      const roles = [a, b].map((user) => ({ user, role: "owner" as const }));
      await change(first(), { conversation: group, actor: owner, roles });
      await Promise.all([owner, a, b].map((user, index) => leave(at(index), group, user)));
      const left = await rolesIn(first(), group, stays);
      expect(left?.length).toBe(2);
      expect(left?.filter(([, role]) => role === "owner").length).toBe(1);
      await Promise.all([leave(at(0), group, stays), leave(at(1), group, members[3] as UserId)]);
      expect(await first().conversations.info(group, stays)).toBeUndefined();
    }
  });

  test("one creation asked for everywhere at once is one group", async () => {
    const owner = await register(first());
    const friends = await friendsOf(first(), owner, 2);
    for (let round = 0; round < 5; round += 1) {
      const asked = { creator: owner, clientId: `{round ${round}}`, name: "g", members: friends };
      const made = await Promise.all(
        stores.map((store) => store.conversations.createGroup(asked, 1, LIMITS)),
      );
      expect(new Set(made.map(({ conversation }) => conversation)).size).toBe(1);
      expect(made.filter(({ duplicate }) => !duplicate).length).toBe(1);
    }
    expect((await first().conversations.groupsOf(owner)).length).toBe(5);
  });

  test("limits hold when several fill a group, or somebody's groups, at once", async () => {
    const { group, owner } = await crew(first(), 0);
    const friends = await friendsOf(first(), owner, 8);
    const limits = { members: 4 };
    await Promise.all(
      friends.map((friend, index) =>
        quietly(change(at(index), { conversation: group, actor: owner, add: [friend] }, limits)),
      ),
    );
    expect((await rolesIn(first(), group, owner))?.length).toBe(4);
    const wanted = await register(first());
    const owners = await Promise.all(stores.map((store) => crew(store, 0)));
    for (const { owner: one } of owners) await befriend(first(), one, wanted);
    const added = await Promise.all(
      owners.map((one, index) =>
        change(at(index), { conversation: one.group, actor: one.owner, add: [wanted] }, { groupsPerUser: 2 }),
      ),
    );
    expect(added.filter(({ refused }) => refused[0]?.code === "FULL").length).toBe(HANDLES - 2);
    expect((await first().conversations.groupsOf(wanted)).length).toBe(2);
  });

  test("edits and a recall at once: the last edit counts, and of what is recalled nothing is left", async () => {
    const { group, owner } = await crew(first(), 0);
    for (let round = 0; round < 8; round += 1) {
      const [outcome] = await first().messages.append([post(group, owner, "secret")], 1);
      const of = outcome && "seq" in outcome ? outcome.seq : 0;
      await Promise.all(
        stores.map(async (store, index) => {
          for (let count = 0; count < 4; count += 1) {
            const body = `secret ${index} ${count}`;
            await store.messages.append([{ ...post(group, owner, body), kind: "edit", data: { of } }], 1);
          }
          if (round % 2 && index === 2)
            await store.messages.append([{ ...post(group, owner, ""), kind: "recall", data: { of } }], 1);
        }),
      );
      const log = (await seen(first(), group, owner)).filter(({ seq }) => seq >= of);
      const edits = log.filter(({ kind }) => kind === "edit");
      if (round % 2) {
        expect(JSON.stringify(log)).not.toContain("secret");
        expect(edits.every(({ recalled }) => recalled)).toBe(true);
      } else expect(log[0]).toMatchObject({ editedSeq: edits.at(-1)?.seq, body: edits.at(-1)?.body });
    }
  });

  test("who is blocked while they are added is either there before it or not there", async () => {
    const { group, owner } = await crew(first(), 0);
    for (const friend of await friendsOf(first(), owner, 6)) {
      let blocked = false;
      const late: boolean[] = [];
      const adding = [1, 2].map(async (index) => {
        const before = blocked;
        const { message } = await change(at(index), { conversation: group, actor: owner, add: [friend] });
        if (before) late.push(message !== undefined);
      });
      await first().friends.setBlocked(friend, owner, true);
      blocked = true;
      await Promise.all(adding);
      const after = await change(at(3), { conversation: group, actor: owner, add: [friend] });
      expect([late.includes(true), after.message]).toEqual([false, undefined]);
    }
    await expectLogToHold(group, owner);
  });
}
