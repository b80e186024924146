/**
 * @module contract/store.cursors.cases
 * Heads, cursors and what is still to be delivered, on any store.
 */
import { expect, test } from "bun:test";
import type { UserId } from "../../src/domain/ids.ts";
import type { Store } from "../../src/store/store.ts";
import {
  advance,
  append,
  befriend,
  friends,
  headOf,
  history,
  nobody,
  register,
  text,
} from "./store.harness.ts";

export function cursorCases(store: () => Store): void {
  /** Two friends with that many messages from the first to the second. */
  async function talked(count: number): Promise<[UserId, UserId]> {
    const [a, b] = await friends(store());
    await append(
      store(),
      Array.from({ length: count }, () => text(a, b)),
      1,
    );
    return [a, b];
  }
  const head = async (user: UserId) => (await store().conversations.heads(user, { limit: 1 })).items[0];

  test("cursors move forward, never back, never past the last seq", async () => {
    const [a, b] = await talked(5);
    const move = async (marks: { delivered?: number; read?: number }) => {
      const [state] = await advance(store(), [{ user: b, peer: a, ...marks }], 9);
      return [state?.delivered, state?.read, state?.moved];
    };
    expect(await move({})).toEqual([0, 0, false]);
    expect(await move({ delivered: 3 })).toEqual([3, 0, true]);
    expect(await move({ delivered: 2 })).toEqual([3, 0, false]);
    expect(await move({ delivered: 3 })).toEqual([3, 0, false]);
    expect(await move({ read: 2 })).toEqual([3, 2, true]);
    expect(await move({ read: 4 })).toEqual([4, 4, true]);
    expect(await move({ read: 1, delivered: 1 })).toEqual([4, 4, false]);
    expect(await move({ delivered: 1_000_000 })).toEqual([5, 4, true]);
    expect(await move({ read: 1_000_000 })).toEqual([5, 5, true]);
    expect(await move({ read: -5, delivered: -5 })).toEqual([5, 5, false]);
    expect(await head(b)).toMatchObject({ lastSeq: 5, deliveredSeq: 5, readSeq: 5, peerReadSeq: 5 });
    expect(await head(a)).toMatchObject({ deliveredSeq: 5, peerDeliveredSeq: 5, peerReadSeq: 5 });
  });

  test("several moves in one call, each answered in its place", async () => {
    const [a, b] = await talked(4);
    const [c, d] = await talked(2);
    const states = await advance(
      store(),
      [
        { user: b, peer: a, delivered: 1 },
        { user: d, peer: c, read: 9 },
        { user: b, peer: a, delivered: 3 },
        { user: a, peer: b, delivered: 4 },
        { user: a, peer: nobody, delivered: 4 },
        { user: b, peer: a, read: 2 },
      ],
      9,
    );
    expect(states).toMatchObject([
      { user: b, peer: a, delivered: 1, read: 0, moved: true },
      { user: d, peer: c, delivered: 2, read: 2, moved: true },
      { user: b, peer: a, delivered: 3, read: 0, moved: true },
      { user: a, peer: b, delivered: 4, read: 4, moved: true },
      { user: a, peer: undefined, delivered: 0, read: 0, moved: false },
      { user: b, peer: a, delivered: 3, read: 2, moved: true },
    ]);
    expect(await head(b)).toMatchObject({ deliveredSeq: 3, readSeq: 2, peerDeliveredSeq: 4 });
    expect(await advance(store(), [], 9)).toEqual([]);
  });

  test("one's own texts are delivered to and read by oneself, up to the other's next", async () => {
    const [a, b] = await friends(store());
    const stand = async (user: UserId) => {
      const { deliveredSeq, readSeq, peerDeliveredSeq, peerReadSeq } = (await head(user)) ?? {};
      return [deliveredSeq, readSeq, peerDeliveredSeq, peerReadSeq];
    };
    await append(store(), [text(a, b), text(a, b), text(a, b)], 1);
    expect([await stand(a), await stand(b)]).toEqual([
      [3, 3, 0, 0],
      [0, 0, 3, 3],
    ]);
    await append(store(), [text(b, a), text(a, b), text(a, b)], 1);
    expect(await stand(a)).toEqual([3, 3, 0, 0]);
    await advance(store(), [{ user: a, peer: b, delivered: 4 }], 1);
    expect(await stand(a)).toEqual([6, 3, 0, 0]);
    const [read] = await advance(store(), [{ user: b, peer: a, read: 3 }], 1);
    expect(read).toMatchObject({ delivered: 4, read: 4, moved: true });
    expect(await stand(b)).toEqual([4, 4, 6, 3]);
    expect(await headOf(store(), b, a)).toEqual(await head(b));
    expect(await headOf(store(), a, nobody)).toBeUndefined();
    await append(store(), [text(b, a)], 1);
    expect([await stand(a), await stand(b)]).toEqual([
      [6, 3, 4, 4],
      [4, 4, 6, 3],
    ]);
    // What follows a move is told and stored with it.
    const [state] = await advance(store(), [{ user: a, peer: b, read: 4 }], 1);
    expect(state).toMatchObject({ delivered: 6, read: 6 });
    expect(await advance(store(), [{ user: a, peer: b, read: 6 }], 1)).toMatchObject([{ moved: false }]);
    expect(await stand(a)).toEqual([6, 6, 4, 4]);
  });

  test("what somebody sent without ever acknowledging is passed over once, not at every look", async () => {
    const [a, b] = await talked(300);
    const passed = { deliveredSeq: 300, readSeq: 300 };
    expect(await head(b)).toMatchObject({ peerDeliveredSeq: 300, peerReadSeq: 300, readSeq: 0 });
    expect(await head(a)).toMatchObject(passed);
    // Nothing moves: the first look stored how far they reach.
    const everything = { user: a, peer: b, delivered: 300, read: 300 };
    expect(await advance(store(), [everything], 9)).toMatchObject([
      { delivered: 300, read: 300, moved: false },
    ]);
    const last = (await history(store(), a, b, { limit: 1 }))?.messages[0];
    expect((await store().messages.trace(last?.clientId ?? ""))[0]?.receiver).toMatchObject({
      ...{ deliveredSeq: 0, readSeq: 0, deliveredAt: undefined, readAt: undefined },
    });
  });

  test("times are those of the last move of each mark", async () => {
    const [a, b] = await friends(store());
    const entry = text(a, b);
    await append(store(), [entry, text(a, b)], 1);
    const times = async () => {
      const [trace] = await store().messages.trace(entry.clientId);
      return [trace?.receiver?.deliveredAt, trace?.receiver?.readAt];
    };
    expect(await times()).toEqual([undefined, undefined]);
    await advance(store(), [{ user: b, peer: a, delivered: 1 }], 100);
    expect(await times()).toEqual([100, undefined]);
    await advance(store(), [{ user: b, peer: a, read: 1 }], 200);
    expect(await times()).toEqual([100, 200]);
    await advance(store(), [{ user: b, peer: a, read: 1, delivered: 1 }], 300);
    expect(await times()).toEqual([100, 200]);
    await advance(store(), [{ user: b, peer: a, delivered: 2 }], 400);
    expect(await times()).toEqual([400, 200]);
    await append(store(), [text(b, a), text(a, b)], 1);
    await advance(store(), [{ user: b, peer: a, read: 2 }], 500);
    // Over its own text the read mark goes by itself: nothing was read.
    await advance(store(), [{ user: b, peer: a, delivered: 4 }], 600);
    expect(await times()).toEqual([600, 500]);
  });

  test("heads come newest first, in pages", async () => {
    const me = await register(store());
    const peers: UserId[] = [];
    for (let count = 0; count < 5; count += 1) {
      const peer = await register(store());
      await befriend(store(), me, peer);
      await append(
        store(),
        Array.from({ length: count }, () => text(peer, me)),
        1,
      );
      peers.push(peer);
    }
    const newest = peers.toReversed();
    const first = await store().conversations.heads(me, { limit: 3 });
    const second = await store().conversations.heads(me, { limit: 3, cursor: first.next });
    const all = [...first.items, ...second.items];
    expect(all.map(({ peer }) => peer)).toEqual(newest);
    expect(all.map(({ lastSeq, unread }) => [lastSeq, unread])).toEqual([
      ...[4, 3, 2, 1, 0].map((count) => [count, count]),
    ]);
    expect(all.map(({ last }) => last?.seq)).toEqual([4, 3, 2, 1, undefined]);
    const one = await store().conversations.heads(me, { limit: 5 });
    expect([one.items, one.next]).toEqual([all, undefined]);
    const anew = await store().conversations.heads(me, { limit: 3, cursor: "no cursor" });
    expect(anew.items).toEqual(first.items);
    expect(await store().conversations.heads(nobody, { limit: 3 })).toEqual({ items: [], next: undefined });
  });

  test("conversations in which nothing happened for long come once, however many there are", async () => {
    const me = await register(store());
    for (let count = 0; count < 7; count += 1) await befriend(store(), me, await register(store()));
    const found = await everyPage((page) => store().conversations.heads(me, page), 2);
    expect(new Set(found.map(({ conversation }) => conversation)).size).toBe(7);
    expect(found.length).toBe(7);
  });

  test("what grows while the pages of heads are read is on the last ones", async () => {
    const me = await register(store());
    const peers: UserId[] = [];
    for (let count = 0; count < 6; count += 1) {
      const peer = await register(store());
      await befriend(store(), me, peer);
      await append(store(), [text(peer, me)], 1);
      peers.push(peer);
    }
    const seen = new Set<UserId | undefined>();
    let cursor: string | undefined;
    do {
      const page = await store().conversations.heads(me, { limit: 2, cursor });
      for (const { peer } of page.items) seen.add(peer);
      // The oldest one jumps over what was read.
      if (cursor === undefined) await append(store(), [text(peers[0] as UserId, me)], 1);
      cursor = page.next;
    } while (cursor !== undefined);
    expect(seen).toEqual(new Set(peers));
  });

  /** Everything on the pages of a read of changes, `limit` to a page. */
  async function everyPage<T>(
    read: (page: {
      cursor?: string | undefined;
      limit: number;
    }) => Promise<{ items: readonly T[]; next: string | undefined }>,
    limit: number,
  ): Promise<T[]> {
    const items: T[] = [];
    let cursor: string | undefined;
    do {
      const page = await read({ cursor, limit });
      expect(page.items.length).toBeLessThanOrEqual(limit);
      items.push(...page.items);
      cursor = page.next;
    } while (cursor !== undefined);
    return items;
  }
  const HOUR_MS = 3_600_000;

  test("what grew within a window is named, by the store's own clock, over pages of any length", async () => {
    const talking = [
      { pair: await talked(3), lastSeq: 3 },
      { pair: await talked(1), lastSeq: 1 },
    ];
    const silent = await friends(store());
    for (const limit of [1, 2, 1_000]) {
      const grown = await everyPage((page) => store().conversations.grownWithin(HOUR_MS, page), limit);
      const of = (one: UserId) => grown.filter(({ members }) => members.includes(one));
      for (const { pair, lastSeq } of talking)
        expect(of(pair[0])).toEqual([
          { conversation: expect.any(Number), kind: "direct", members: pair, lastSeq },
        ]);
      expect(of(silent[0])).toEqual([]);
    }
    expect(await everyPage((page) => store().conversations.grownWithin(-HOUR_MS, page), 10)).toEqual([]);
  });

  test("who moved within a window is named, and where they are now", async () => {
    const [a, b] = await talked(5);
    await advance(store(), [{ user: b, peer: a, delivered: 4, read: 2 }], 1);
    await advance(store(), [{ user: a, peer: b, delivered: 5 }], 1);
    for (const limit of [1, 1_000]) {
      const moved = await everyPage((page) => store().conversations.movedWithin(HOUR_MS, page), limit);
      const of = (one: UserId) => moved.filter(({ user }) => user === one);
      expect(of(b)).toEqual([{ conversation: expect.any(Number), user: b, peer: a, delivered: 4, read: 2 }]);
      expect(of(a)).toMatchObject([{ user: a, peer: b, delivered: 5, read: 5 }]);
    }
    expect(await everyPage((page) => store().conversations.movedWithin(-HOUR_MS, page), 10)).toEqual([]);
  });
}
