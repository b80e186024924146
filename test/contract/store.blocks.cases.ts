/**
 * @module contract/store.blocks.cases
 * Blocks, on any store: what they keep out, what they remove, and what the two are shown of each other meanwhile.
 */
import { expect, test } from "bun:test";
import type { UserId } from "../../src/domain/ids.ts";
import type { Store } from "../../src/store/store.ts";
import { advance, append, befriend, friends, headOf, nobody, register, text } from "./store.harness.ts";

export function blockCases(store: () => Store): void {
  const pair = async (): Promise<[UserId, UserId]> => [await register(store()), await register(store())];
  const ask = (from: UserId, to: UserId) =>
    store().friends.request({ from, to, nickname: "nick", message: "hi" });
  const confirm = (from: UserId, by: UserId) => store().friends.confirm({ from, by, alternativeName: "" });
  const open = async (to: UserId) => (await store().friends.requestsTo(to, { limit: 100 })).items;
  const setBlocked = (user: UserId, other: UserId, blocked = true) =>
    store().friends.setBlocked(user, other, blocked);
  const head = (user: UserId, peer: UserId) => headOf(store(), user, peer);

  test("a block keeps requests out in both directions and removes those that are open, in both", async () => {
    const [a, b] = await pair();
    await ask(a, b);
    await ask(b, a);
    const met = await setBlocked(b, a);
    expect({ ...met, askers: met.askers.toSorted() }).toEqual({
      ...{ changed: true, friends: false, mutual: false, askers: [a, b].toSorted() },
    });
    expect(await setBlocked(b, a)).toEqual({ changed: false, friends: false, mutual: false, askers: [] });
    expect([await open(a), await open(b)]).toEqual([[], []]);
    expect([await ask(a, b), await ask(b, a)]).toEqual(["refused", "blocked"]);
    expect([await confirm(b, a), await confirm(a, b)]).toEqual(["no_request", "no_request"]);
    expect([await store().friends.isBlocked(a, b), await store().friends.isBlocked(b, a)]).toEqual([
      true,
      true,
    ]);
    await setBlocked(b, a, false);
    expect(await setBlocked(b, a, false)).toMatchObject({ changed: false });
    expect(await store().friends.isBlocked(a, b)).toBe(false);
    expect([await open(a), await open(b)]).toEqual([[], []]);
    expect(await ask(a, b)).toBe("created");
    expect(await confirm(a, b)).toBe("confirmed");
  });

  test("who blocks somebody is told so when asking them, also when they block, too", async () => {
    const [a, b] = await pair();
    await setBlocked(a, b);
    await setBlocked(b, a);
    expect([await ask(a, b), await ask(b, a)]).toEqual(["blocked", "blocked"]);
  });

  test("blocks are per direction: lifting one's own leaves the other's", async () => {
    const [a, b] = await friends(store());
    expect(await setBlocked(a, b)).toMatchObject({ changed: true, friends: true, mutual: false });
    expect(await setBlocked(b, a)).toMatchObject({ changed: true, friends: true, mutual: true });
    expect(await setBlocked(a, b, false)).toMatchObject({ changed: true, friends: true, mutual: true });
    expect(await store().friends.isBlocked(a, b)).toBe(true);
    expect(await store().friends.reachable(a)).toEqual([]);
    expect(await setBlocked(b, a, false)).toMatchObject({ changed: true, friends: true, mutual: false });
    expect(await store().friends.reachable(a)).toEqual([b]);
  });

  test("a block does not end a friendship, and a block of nobody or oneself is nothing", async () => {
    const [a, b] = await friends(store());
    await setBlocked(a, b);
    expect(await store().friends.areFriends(a, b)).toBe(true);
    expect(await confirm(a, b)).toBe("repeated");
    for (const other of [nobody, a]) {
      expect(await setBlocked(a, other)).toMatchObject({ changed: false });
      expect(await store().friends.isBlocked(a, other)).toBe(false);
    }
  });

  test("reachable are the friends without a block between, either way", async () => {
    const me = await register(store());
    const others: UserId[] = [];
    for (let count = 0; count < 6; count += 1) others.push(await register(store()));
    const [plain, mine, theirs, both, stranger, lifted] = others as [
      UserId,
      UserId,
      UserId,
      UserId,
      UserId,
      UserId,
    ];
    for (const other of [plain, mine, theirs, both, lifted]) await befriend(store(), other, me);
    for (const other of [mine, both, stranger, lifted]) await setBlocked(me, other);
    for (const other of [theirs, both]) await setBlocked(other, me);
    await setBlocked(me, lifted, false);
    expect(await store().friends.reachable(me)).toEqual([plain, lifted]);
    for (const other of [mine, theirs, both]) expect(await store().friends.reachable(other)).toEqual([]);
    expect(await store().friends.reachable(plain)).toEqual([me]);
  });

  test("whom one blocks comes ascending, in pages, with profiles", async () => {
    const me = await register(store());
    const others: UserId[] = [];
    for (let count = 0; count < 5; count += 1) others.push(await register(store()));
    for (const index of [3, 0, 4, 1, 2]) await setBlocked(me, others[index] ?? me);
    await setBlocked(others[0] ?? me, me);
    const first = await store().friends.blockedBy(me, { limit: 3 });
    const second = await store().friends.blockedBy(me, { limit: 3, cursor: first.next });
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(others);
    expect(second.next).toBeUndefined();
    expect(first.items[0]).toEqual((await store().profiles.find(others[0] ?? me)) as never);
    await setBlocked(me, others[0] ?? me, false);
    expect((await store().friends.blockedBy(me, { limit: 9 })).items.length).toBe(4);
    expect(await store().friends.blockedBy(nobody, { limit: 9 })).toEqual({ items: [], next: undefined });
  });

  test("meanwhile each is shown the other's cursors as they were, and its own as they are", async () => {
    const [a, b] = await friends(store());
    await append(store(), [text(a, b), text(a, b), text(a, b), text(b, a)], 1);
    await advance(store(), [{ user: b, peer: a, delivered: 2, read: 1 }], 1);
    await setBlocked(b, a);
    const states = await advance(
      store(),
      [
        { user: b, peer: a, read: 3 },
        { user: a, peer: b, read: 4 },
      ],
      2,
    );
    expect(states).toMatchObject([
      { moved: true, read: 4, shown: false },
      { moved: true, read: 4, shown: false },
    ]);
    const frozen = { peerDeliveredSeq: 2, peerReadSeq: 1 };
    expect(await head(a, b)).toMatchObject({ deliveredSeq: 4, readSeq: 4, ...frozen });
    // What a sent is got by a itself, but for the text of b that follows.
    expect(await head(b, a)).toMatchObject({ readSeq: 4, peerDeliveredSeq: 3, peerReadSeq: 3 });
    const moved = async () => (await store().conversations.movedWithin(60_000, { limit: 1_000 })).items;
    expect((await moved()).filter(({ user }) => user === a || user === b)).toEqual([]);

    // The other's block as well, then one of the two lifted: still the same.
    await setBlocked(a, b);
    expect(await head(a, b)).toMatchObject(frozen);
    await setBlocked(b, a, false);
    expect(await head(a, b)).toMatchObject(frozen);
    await setBlocked(a, b, false);
    expect(await head(a, b)).toMatchObject({ peerDeliveredSeq: 4, peerReadSeq: 4 });
    const [again] = await advance(store(), [{ user: b, peer: a, read: 4 }], 3);
    expect(again).toMatchObject({ moved: false, read: 4, shown: true });
  });

  test("the blocked is shown the blocker's profile as it was, the blocker and others as it is", async () => {
    const [blocker, blocked] = await friends(store());
    const other = await register(store());
    await befriend(store(), other, blocker);
    const { profiles } = store();
    const before = await profiles.update(blocker, { nickname: "before", description: "b", avatar: "1.png" });
    await setBlocked(blocker, blocked);
    const after = await profiles.update(blocker, {
      nickname: "after",
      description: "",
      avatar: "2.png",
      sex: 1,
    });
    await profiles.update(blocked, { nickname: "seen" });

    const friendOf = async (user: UserId) =>
      (await store().friends.list(user, { limit: 9 })).items.find(({ profile }) => profile.id !== other)
        ?.profile;
    const searched = (viewer: UserId) => profiles.findByUsername(before?.username ?? "", viewer);
    expect(await friendOf(blocked)).toEqual(before as never);
    expect(await searched(blocked)).toEqual(before as never);
    expect(await friendOf(other)).toEqual(after as never);
    expect(await searched(other)).toEqual(after as never);
    expect(await friendOf(blocker)).toMatchObject({ nickname: "seen" });
    expect((await store().friends.blockedBy(blocker, { limit: 9 })).items).toMatchObject([
      { nickname: "seen" },
    ]);

    await setBlocked(blocker, blocked, false);
    expect(await friendOf(blocked)).toEqual(after as never);
    expect(await searched(blocked)).toEqual(after as never);
  });
}

/**
 * What a release knew of blocks that had no more than who blocks whom.
 * @param migration the one that brought the rest. @param run statements, past the store.
 */
export async function blocksOfAnOlderRelease(
  open: () => Promise<Store>,
  run: (statement: string) => unknown,
  migration: string,
): Promise<void> {
  const store = await open();
  const [a, b] = await friends(store);
  const [c, d] = [await register(store), await register(store)];
  await append(store, [text(a, b), text(a, b)], 1);
  await advance(store, [{ user: b, peer: a, read: 1 }], 1);
  for (const column of ["nickname", "avatar", "description", "sex"])
    await run(`ALTER TABLE Block DROP COLUMN ${column}`);
  for (const mark of ["delivered", "read"])
    await run(`ALTER TABLE ConversationMember DROP COLUMN shown_${mark}_seq`);
  await run(`DELETE FROM __chatsrv_migrations WHERE name = '${migration}'`);
  await run(`INSERT INTO Block (uuid, blocked_uuid) VALUES (${b}, ${a}), (${c}, ${d})`);
  for (const [from, to] of [
    [c, d],
    [d, c],
    [a, c],
  ])
    await run(`INSERT INTO FriendRequest (src_uuid, dst_uuid, status) VALUES (${from}, ${to}, 0)`);
  await store.close();

  const again = await open();
  expect((await again.migrate()).applied).toEqual([migration]);
  await advance(again, [{ user: b, peer: a, read: 2 }], 1);
  expect(await headOf(again, a, b)).toMatchObject({ peerReadSeq: 1 });
  const before = await again.profiles.find(b);
  await again.profiles.update(b, { nickname: "new" });
  expect((await again.friends.list(a, { limit: 9 })).items[0]?.profile).toEqual(before as never);
  const asked = async (user: UserId) =>
    (await again.friends.requestsTo(user, { limit: 9 })).items.map(({ from }) => from.id);
  expect([await asked(d), await asked(c)]).toEqual([[], [a]]);
  await again.friends.setBlocked(b, a, false);
  expect(await headOf(again, a, b)).toMatchObject({ peerReadSeq: 2 });
  await again.close();
}
