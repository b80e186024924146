/**
 * @module contract/store.friends.cases
 * Requests and friendships, on any store.
 */
import { expect, test } from "bun:test";
import type { UserId } from "../../src/domain/ids.ts";
import type { Store } from "../../src/store/store.ts";
import {
  append,
  befriend,
  friends,
  HOSTILE,
  history,
  nobody,
  register,
  seqs,
  text,
} from "./store.harness.ts";

export function friendCases(store: () => Store): void {
  const pair = async (): Promise<[UserId, UserId]> => [await register(store()), await register(store())];
  const ask = (from: UserId, to: UserId, message = "hi") =>
    store().friends.request({ from, to, nickname: "nick", message });
  const confirm = (from: UserId, by: UserId, alternativeName = "") =>
    store().friends.confirm({ from, by, alternativeName });
  const open = async (to: UserId) => (await store().friends.requestsTo(to, { limit: 100 })).items;

  test("a request is stored once and carries its latest texts", async () => {
    const [a, b] = await pair();
    expect(await ask(a, b, "first")).toBe("created");
    expect(await ask(a, b, "second")).toBe("repeated");
    const [request, ...more] = await open(b);
    expect(more).toEqual([]);
    expect(request).toMatchObject({ to: b, nickname: "nick", message: "second", from: { id: a } });
    expect(request?.from).toEqual((await store().profiles.find(a)) as never);
    expect(await open(a)).toEqual([]);
  });

  test("a request to or from nobody, or to oneself, finds no such user", async () => {
    const a = await register(store());
    expect(await ask(a, nobody)).toBe("no_such_user");
    expect(await ask(nobody, a)).toBe("no_such_user");
    expect(await ask(a, a)).toBe("no_such_user");
    expect(await open(a)).toEqual([]);
  });

  test("confirming makes both friends, with the name the confirmer gave", async () => {
    const [a, b] = await pair();
    await ask(a, b);
    expect(await confirm(a, b, "my friend")).toBe("confirmed");
    expect(await store().friends.areFriends(a, b)).toBe(true);
    expect(await store().friends.areFriends(b, a)).toBe(true);
    const ofB = await store().friends.list(b, { limit: 10 });
    expect(ofB.items).toMatchObject([{ alternativeName: "my friend", profile: { id: a } }]);
    const ofA = await store().friends.list(a, { limit: 10 });
    expect(ofA.items).toMatchObject([{ alternativeName: "", profile: { id: b } }]);
    expect(await open(b)).toEqual([]);
    expect((await store().conversations.heads(a, { limit: 10 })).items).toMatchObject([
      { peer: b, lastSeq: 0 },
    ]);
    expect((await store().conversations.heads(b, { limit: 10 })).items).toMatchObject([
      { peer: a, lastSeq: 0 },
    ]);
  });

  test("confirming again is a repeat; confirming what nobody asked is not", async () => {
    const [a, b] = await pair();
    expect(await confirm(a, b)).toBe("no_request");
    await ask(a, b);
    expect(await confirm(b, a)).toBe("no_request");
    expect(await confirm(a, b, "one")).toBe("confirmed");
    expect(await confirm(a, b, "two")).toBe("repeated");
    expect(await confirm(b, a)).toBe("no_request");
    expect((await store().friends.list(b, { limit: 10 })).items).toMatchObject([{ alternativeName: "one" }]);
    expect(await confirm(nobody, a)).toBe("no_request");
    expect(await confirm(a, a)).toBe("no_request");
  });

  test("requests that crossed are both confirmed at once", async () => {
    const [a, b] = await pair();
    await ask(a, b);
    await ask(b, a);
    expect(await confirm(a, b)).toBe("confirmed");
    expect([await open(a), await open(b)]).toEqual([[], []]);
    expect(await confirm(b, a)).toBe("repeated");
    expect(await store().friends.reachable(a)).toEqual([b]);
  });

  test("friends need no request", async () => {
    const [a, b] = await friends(store());
    expect(await ask(a, b)).toBe("already_friends");
    expect(await ask(b, a)).toBe("already_friends");
    expect([await open(a), await open(b)]).toEqual([[], []]);
    await store().friends.setBlocked(b, a, true);
    expect([await ask(a, b), await ask(b, a)]).toEqual(["blocked", "blocked"]);
  });

  test("a rejected request is gone, and may be made again", async () => {
    const [a, b] = await pair();
    expect(await store().friends.removeRequest(a, b)).toBe(false);
    await ask(a, b);
    expect(await store().friends.removeRequest(b, a)).toBe(false);
    expect(await store().friends.removeRequest(a, b)).toBe(true);
    expect(await open(b)).toEqual([]);
    expect(await confirm(a, b)).toBe("no_request");
    expect(await ask(a, b)).toBe("created");
    expect(await confirm(a, b)).toBe("confirmed");
    expect(await store().friends.removeRequest(a, b)).toBe(false);
    expect(await store().friends.areFriends(a, b)).toBe(true);
  });

  test("a friendship that ended leaves the conversation, and a new one continues it", async () => {
    const [a, b] = await friends(store());
    expect(seqs(await append(store(), [text(a, b), text(b, a)], 1))).toEqual([1, 2]);
    expect(await store().friends.remove(b, a)).toBe(true);
    expect(await store().friends.remove(b, a)).toBe(false);
    expect(await store().friends.areFriends(a, b)).toBe(false);
    expect([await store().friends.reachable(a), await store().friends.reachable(b)]).toEqual([[], []]);
    expect((await history(store(), a, b, { limit: 9 }))?.messages.length).toBe(2);
    expect(await confirm(a, b)).toBe("no_request");
    await befriend(store(), b, a);
    expect(seqs(await append(store(), [text(b, a)], 2))).toEqual([3]);
    expect((await store().conversations.heads(a, { limit: 9 })).items.length).toBe(1);
  });

  test("absence is false or empty", async () => {
    const a = await register(store());
    expect(await store().friends.areFriends(a, nobody)).toBe(false);
    expect(await store().friends.areFriends(a, a)).toBe(false);
    expect(await store().friends.remove(a, nobody)).toBe(false);
    expect(await store().friends.removeRequest(nobody, a)).toBe(false);
    expect(await store().friends.reachable(nobody)).toEqual([]);
    expect(await store().friends.list(nobody, { limit: 5 })).toEqual({ items: [], next: undefined });
    expect(await store().friends.requestsTo(nobody, { limit: 5 })).toEqual({ items: [], next: undefined });
  });

  test("requests come oldest first and friends ascending, in pages that neither repeat nor skip", async () => {
    const me = await register(store());
    const others: UserId[] = [];
    for (let count = 0; count < 5; count += 1) others.push(await register(store()));
    const order = [3, 0, 4, 1, 2].map((index) => others[index] as UserId);
    for (const other of order) await ask(other, me);

    const asked: UserId[] = [];
    let page = await store().friends.requestsTo(me, { limit: 2 });
    for (;;) {
      asked.push(...page.items.map(({ from }) => from.id));
      if (page.next === undefined) break;
      page = await store().friends.requestsTo(me, { limit: 2, cursor: page.next });
    }
    expect(asked).toEqual(order);

    for (const other of order) await confirm(other, me);
    const first = await store().friends.list(me, { limit: 3 });
    const second = await store().friends.list(me, { limit: 3, cursor: first.next });
    expect([...first.items, ...second.items].map(({ profile }) => profile.id)).toEqual(others);
    expect(first.next).toBeDefined();
    expect(second.next).toBeUndefined();
    expect(await store().friends.list(me, { limit: 5 })).toMatchObject({ next: undefined });
    expect(await store().friends.list(me, { limit: 3, cursor: "junk" })).toEqual(first);
    expect(await store().friends.reachable(me)).toEqual(others);
  });

  test("hostile text in a request and in a friend's name is only text", async () => {
    const me = await register(store());
    for (const evil of HOSTILE) {
      const other = await register(store());
      await store().friends.request({ from: other, to: me, nickname: evil, message: evil });
      expect((await open(me))[0]).toMatchObject({ nickname: evil, message: evil });
      expect(await confirm(other, me, evil)).toBe("confirmed");
      const { items } = await store().friends.list(me, { limit: 100 });
      expect(items.find(({ profile }) => profile.id === other)?.alternativeName).toBe(evil);
    }
  });
}
