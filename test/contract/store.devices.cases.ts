/**
 * @module contract/store.devices.cases
 * What devices were shown that keep nothing themselves, on any store.
 */
import { expect, test } from "bun:test";
import type { ConversationId, UserId } from "../../src/domain/ids.ts";
import type { DeviceMove, Store } from "../../src/store/store.ts";
import { advance, append, befriend, friends, nobody, register, talkOf, text } from "./store.harness.ts";

const DESKTOP = "desktop";

export function deviceCases(store: () => Store): void {
  const say = (from: UserId, to: UserId, count: number, at = 1) =>
    append(
      store(),
      Array.from({ length: count }, () => text(from, to)),
      at,
    );
  /** Peer, what was shown, where it ends. */
  const standings = async (user: UserId, device = DESKTOP) =>
    (await store().devices.standings(user, device, { limit: 100 })).items.map(
      ({ peer, shownSeq, lastSeq }) => [peer, shownSeq, lastSeq],
    );

  test("a device that was never here starts where its account stands, and keeps that", async () => {
    const [a, b] = await friends(store());
    await say(a, b, 5);
    await advance(store(), [{ user: b, peer: a, delivered: 3 }], 1);
    await store().devices.begin(b, DESKTOP);
    expect(await standings(b)).toEqual([[a, 3, 5]]);
    // Another device of the account gets on; this one does not.
    await advance(store(), [{ user: b, peer: a, delivered: 5 }], 1);
    await store().devices.begin(b, DESKTOP);
    expect(await standings(b)).toEqual([[a, 3, 5]]);
    await store().devices.begin(b, "another");
    expect(await standings(b, "another")).toEqual([[a, 5, 5]]);
  });

  test("of a conversation that is made later it was shown nothing, also if it had none before", async () => {
    const [a, b] = [await register(store()), await register(store())];
    await store().devices.begin(b, DESKTOP);
    await befriend(store(), a, b);
    await say(a, b, 4);
    await advance(store(), [{ user: b, peer: a, delivered: 4 }], 1);
    await store().devices.begin(b, DESKTOP);
    expect(await standings(b)).toEqual([[a, 0, 4]]);
  });

  test("moves go forward, never back, each device and conversation for itself", async () => {
    const [a, b] = await friends(store());
    const c = await register(store());
    await befriend(store(), c, b);
    await say(a, b, 9);
    await say(c, b, 9);
    for (const device of [DESKTOP, "another"]) await store().devices.begin(b, device);
    const [withA, withC] = [await talkOf(store(), a, b), await talkOf(store(), c, b)];
    const move = (conversation: ConversationId, shown: number, device = DESKTOP, user = b) => ({
      ...{ user, device, conversation, shown },
    });
    await store().devices.advance([
      move(withA, 4),
      move(withC, 1),
      move(withA, 2),
      move(withA, 3, DESKTOP, nobody),
      move(withA, 5, "another"),
    ]);
    expect(await standings(b)).toEqual([
      [a, 4, 9],
      [c, 1, 9],
    ]);
    await store().devices.advance([move(withC, 7), move(withA, 3)]);
    expect(await standings(b)).toEqual([
      [a, 4, 9],
      [c, 7, 9],
    ]);
    expect(await standings(b, "another")).toEqual([
      [a, 5, 9],
      [c, 0, 9],
    ]);
    await store().devices.advance([]);
  });

  test("tells since when something waits, in pages ascending by conversation", async () => {
    const me = await register(store());
    const peers: UserId[] = [];
    const shown: DeviceMove[] = [];
    for (let i = 0; i < 5; i++) {
      const peer = await register(store());
      await befriend(store(), me, peer);
      peers.push(peer);
      const conversation = await talkOf(store(), peer, me);
      if (i > 0) shown.push({ user: me, device: DESKTOP, conversation, shown: 1 });
      for (let at = 1; at <= i; at++) await say(peer, me, 1, 100 * at);
    }
    await store().devices.begin(me, DESKTOP);
    await store().devices.advance(shown);
    const first = await store().devices.standings(me, DESKTOP, { limit: 3 });
    const second = await store().devices.standings(me, DESKTOP, { limit: 3, cursor: first.next });
    expect(second.next).toBeUndefined();
    const all = [...first.items, ...second.items];
    expect(all.map(({ peer }) => peer)).toEqual(peers);
    expect(all.map(({ waitingSince }) => waitingSince)).toEqual([undefined, undefined, 200, 200, 200]);
    expect(all.map(({ conversation }) => conversation)).toEqual(
      all.map(({ conversation }) => conversation).sort((x, y) => x - y),
    );
  });

  test("the same device at once from several sides, an account that is not there", async () => {
    const [a, b] = await friends(store());
    await say(a, b, 20);
    await Promise.all(Array.from({ length: 8 }, () => store().devices.begin(b, DESKTOP)));
    const conversation = await talkOf(store(), a, b);
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        store().devices.advance([{ user: b, device: DESKTOP, conversation, shown: ((i * 7) % 20) + 1 }]),
      ),
    );
    expect(await standings(b)).toEqual([[a, 20, 20]]);
    await store().devices.begin(nobody, DESKTOP);
    expect(await standings(nobody)).toEqual([]);
  });
}
