/**
 * @module contract/store.group-heads.cases
 * Where members of groups stand: heads, cursors, receipts and what they set, on any store.
 */
import { expect, test } from "bun:test";
import type { UserId } from "../../src/domain/ids.ts";
import type { Store } from "../../src/store/store.ts";
import { change, crew, friendsOf, leave, post } from "./store.groups.harness.ts";
import { friends, nobody, nowhere, register, talkOf } from "./store.harness.ts";

const HOUR_MS = 3_600_000;

export function groupHeadCases(store: () => Store): void {
  const head = async (user: UserId) => (await store().conversations.heads(user, { limit: 1 })).items[0];

  test("a head of a group says what it is called, what one is in it, what is new and what came last", async () => {
    const { group, owner, members } = await crew(store(), 2);
    const [a] = members as [UserId];
    const texts = [post(group, owner, "first"), post(group, a, "own"), post(group, owner, "last")];
    await store().messages.append(texts, 50);
    const expected = {
      ...{ conversation: group, kind: "group", peer: undefined, name: "crew", avatar: "", members: 3 },
      ...{ lastSeq: 4, deliveredSeq: 0, readSeq: 0, peerDeliveredSeq: 0, peerReadSeq: 0 },
      ...{ pinned: false, archived: false, unread: 2, role: "member" },
    };
    expect(await head(a)).toMatchObject({ ...expected, last: { seq: 4, sender: owner, body: "last" } });
    expect(await store().conversations.head(group, a)).toEqual(await head(a));
    await store().conversations.advance([{ conversation: group, user: a, read: 2 }], 9);
    expect(await head(a)).toMatchObject({ deliveredSeq: 3, readSeq: 3, unread: 1 });
    expect(await head(owner)).toMatchObject({ role: "owner", readSeq: 2, unread: 1 });
    expect(await store().conversations.head(group, nobody)).toBeUndefined();
  });

  test("unread counts what is content, exactly for the first hundred", async () => {
    const { group, owner, members } = await crew(store(), 1);
    const [a] = members as [UserId];
    await store().conversations.advance([{ conversation: group, user: a, read: 1 }], 9);
    for (let at = 0; at < 3; at += 1)
      await change(store(), { conversation: group, actor: owner, name: `name ${at}` });
    await store().messages.append(
      Array.from({ length: 140 }, () => post(group, owner)),
      1,
    );
    expect((await head(a))?.unread).toBe(97 + 43);
    await store().conversations.advance([{ conversation: group, user: a, read: 143 }], 9);
    expect((await head(a))?.unread).toBe(1);
    expect((await head(owner))?.unread).toBe(0);
  });

  test("who left keeps the head of that time, and cursors stay within what they may see", async () => {
    const { group, owner, members } = await crew(store(), 2);
    const [a, b] = members as [UserId, UserId];
    await store().messages.append([post(group, owner)], 1);
    await leave(store(), group, a);
    await change(store(), { conversation: group, actor: owner, name: "later" });
    await store().messages.append([post(group, owner), post(group, owner)], 1);
    const left = await head(a);
    expect(left).toMatchObject({ name: "crew", lastSeq: 3, last: { seq: 3, kind: "members" }, unread: 1 });
    expect([left?.members, left?.role]).toEqual([undefined, undefined]);
    expect(await store().conversations.groupsOf(a)).toEqual([]);
    expect(await store().conversations.advance([{ conversation: group, user: a, read: 6 }], 9)).toMatchObject(
      [{ kind: "group", peer: undefined, delivered: 3, read: 3, moved: true }],
    );
    await change(store(), { conversation: group, actor: owner, add: [a] });
    expect(await head(a)).toMatchObject({ name: "later", lastSeq: 7, readSeq: 6, role: "member", unread: 0 });
    expect(
      await store().conversations.advance([{ conversation: group, user: b, read: 99 }], 9),
    ).toMatchObject([{ delivered: 7, read: 7 }]);
  });

  test("one who joins late has nothing unread of before", async () => {
    const { group, owner } = await crew(store(), 0);
    await store().messages.append([post(group, owner), post(group, owner)], 1);
    const [late] = (await friendsOf(store(), owner, 1)) as [UserId];
    await change(store(), { conversation: group, actor: owner, add: [late] });
    expect(await head(late)).toMatchObject({ lastSeq: 4, deliveredSeq: 3, readSeq: 3, unread: 0 });
  });

  test("what changed lately names a group without its members, and members without a peer", async () => {
    const { group, owner, members } = await crew(store(), 2);
    await store().messages.append([post(group, owner)], 1);
    const [a] = members as [UserId];
    await store().conversations.advance([{ conversation: group, user: a, read: 2 }], 9);
    const grown = (await store().conversations.grownWithin(HOUR_MS, { limit: 10_000 })).items;
    expect(grown.filter(({ conversation }) => conversation === group)).toEqual([
      { conversation: group, kind: "group", members: [], lastSeq: 2 },
    ]);
    const moved = (await store().conversations.movedWithin(HOUR_MS, { limit: 10_000 })).items;
    // What made them members moved no cursor of theirs.
    expect(moved.filter(({ conversation }) => conversation === group)).toEqual([
      { conversation: group, user: a, peer: undefined, delivered: 2, read: 2 },
    ]);
  });

  test("a text of a group is traced to the group, and how far it got is counted and named", async () => {
    const { group, owner, members } = await crew(store(), 3);
    const [a, b, c] = members as [UserId, UserId, UserId];
    const entry = post(group, owner);
    await store().messages.append([entry], 1);
    await leave(store(), group, c);
    const [late] = (await friendsOf(store(), owner, 1)) as [UserId];
    await change(store(), { conversation: group, actor: owner, add: [late] });
    await store().conversations.advance(
      [
        { conversation: group, user: a, delivered: 2 },
        { conversation: group, user: b, read: 2 },
      ],
      9,
    );
    expect(await store().messages.trace(entry.clientId)).toMatchObject([
      { message: { seq: 2 }, kind: "group", groupName: "crew", receiver: undefined },
    ]);
    const names = new Map<UserId, string | undefined>();
    for (const user of [a, b, c]) names.set(user, (await store().profiles.find(user))?.username);
    const reader = (user: UserId, delivered: boolean, read: boolean) => ({
      ...{ user, username: names.get(user) as string, delivered, read },
    });
    const counts = { members: 3, delivered: 2, read: 1 };
    const first = await store().conversations.readers(group, 2, { limit: 2 });
    expect(first).toMatchObject({ ...counts, items: [reader(a, true, false), reader(b, true, true)] });
    const rest = await store().conversations.readers(group, 2, { limit: 2, cursor: first?.next });
    expect(rest).toEqual({ ...counts, items: [reader(c, false, false)], next: undefined });
    expect(await store().conversations.readers(group, 99, { limit: 2 })).toBeUndefined();
    expect(await store().conversations.readers(nowhere, 1, { limit: 2 })).toBeUndefined();
  });

  test("readers of a direct conversation see through a block what a head shows", async () => {
    const [a, b] = await friends(store());
    const conversation = await talkOf(store(), a, b);
    await store().messages.append([post(conversation, a)], 1);
    const read = async () => (await store().conversations.readers(conversation, 1, { limit: 2 }))?.read;
    await store().friends.setBlocked(b, a, true);
    await store().conversations.advance([{ conversation, user: b, read: 1 }], 9);
    expect(await read()).toBe(0);
    await store().friends.setBlocked(b, a, false);
    expect(await read()).toBe(1);
  });

  test("what one sets for a conversation is one's own, and stays", async () => {
    const [a, b] = await friends(store());
    const conversation = await talkOf(store(), a, b);
    const set = (patch: object) => store().conversations.set(conversation, a, patch);
    expect(await set({})).toEqual({ pinned: false, archived: false });
    expect(await set({ mutedUntil: 5_000, pinned: true })).toEqual({
      mutedUntil: 5_000,
      pinned: true,
      archived: false,
    });
    expect(await set({ archived: true })).toEqual({ mutedUntil: 5_000, pinned: true, archived: true });
    expect(await head(a)).toMatchObject({ mutedUntil: 5_000, pinned: true, archived: true });
    expect(await head(b)).toMatchObject({ pinned: false, archived: false });
    expect(await set({ mutedUntil: 0, pinned: false })).toEqual({ pinned: false, archived: true });
    expect(await head(a)).not.toHaveProperty("mutedUntil");
    expect(
      await store().conversations.set(conversation, await register(store()), { pinned: true }),
    ).toBeUndefined();
    const moved = (await store().conversations.movedWithin(HOUR_MS, { limit: 10_000 })).items;
    expect(moved.filter((one) => one.conversation === conversation)).toEqual([]);
  });

  test("devices that keep nothing themselves are told of no group", async () => {
    const { group, owner, members } = await crew(store(), 1);
    const [a] = members as [UserId];
    await store().devices.begin(a, "desktop");
    await store().messages.append([post(group, owner)], 1);
    const { items } = await store().devices.standings(a, "desktop", { limit: 9 });
    expect(items.map(({ peer }) => peer)).toEqual([owner]);
  });
}
