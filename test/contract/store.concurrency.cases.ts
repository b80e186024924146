/**
 * @module contract/store.concurrency.cases
 * Several handles on one database at once, each with connections of its own, as several processes have.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Store } from "../../src/store/store.ts";
import {
  advance,
  append,
  befriend,
  everything,
  freshName,
  friends,
  history,
  register,
  type StoreHarness,
  statuses,
  text,
} from "./store.harness.ts";

const HANDLES = 4;

export function concurrencyCases(harness: () => StoreHarness): void {
  let stores: Store[] = [];
  const first = () => stores[0] as Store;

  beforeAll(async () => {
    stores = await Promise.all(Array.from({ length: HANDLES }, () => harness().open()));
  });
  afterAll(async () => {
    await Promise.all(stores.map((store) => store.close()));
  });

  /** The same call on every handle at once. */
  const everywhere = <T>(call: (store: Store, index: number) => Promise<T>) =>
    Promise.allSettled(stores.map((store, index) => call(store, index)));
  const fulfilled = <T>(results: PromiseSettledResult<T>[]) =>
    results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const refusals = (results: PromiseSettledResult<unknown>[]) =>
    results.flatMap((result) =>
      result.status === "rejected" ? [[result.reason.codeName, result.reason.field]] : [],
    );

  test("a username registered everywhere at once is registered once", async () => {
    for (let round = 0; round < 5; round += 1) {
      const username = freshName("race");
      const results = await everywhere(({ accounts }, index) => {
        const email = `${username}.${index}@example.com`;
        return accounts.register({ username, email, passwordHash: "h" });
      });
      expect(fulfilled(results).length).toBe(1);
      expect(refusals(results)).toEqual(Array(HANDLES - 1).fill(["NAME_TAKEN", "username"]));
      expect(await first().profiles.find(fulfilled(results)[0] as never)).toMatchObject({ username });
    }
  });

  test("an e-mail registered everywhere at once is registered once", async () => {
    for (let round = 0; round < 5; round += 1) {
      const email = `${freshName("race")}@example.com`;
      const results = await everywhere(({ accounts }) =>
        accounts.register({ username: freshName(), email, passwordHash: "h" }),
      );
      expect(fulfilled(results).length).toBe(1);
      expect(refusals(results)).toEqual(Array(HANDLES - 1).fill(["NAME_TAKEN", "email"]));
    }
  });

  test("a request made everywhere at once is one request, in both directions too", async () => {
    for (let round = 0; round < 5; round += 1) {
      const [a, b] = [await register(first()), await register(first())];
      const results = await everywhere(({ friends }, index) =>
        index % 2
          ? friends.request({ from: a, to: b, nickname: "", message: "" })
          : friends.request({ from: b, to: a, nickname: "", message: "" }),
      );
      expect(fulfilled(results).sort()).toEqual(["created", "created", "repeated", "repeated"]);
      expect((await first().friends.requestsTo(b, { limit: 9 })).items.length).toBe(1);
      expect((await first().friends.requestsTo(a, { limit: 9 })).items.length).toBe(1);
    }
  });

  test("a request confirmed everywhere at once, also crossed, is confirmed once", async () => {
    for (let round = 0; round < 5; round += 1) {
      const [a, b] = [await register(first()), await register(first())];
      await first().friends.request({ from: a, to: b, nickname: "", message: "" });
      await first().friends.request({ from: b, to: a, nickname: "", message: "" });
      const results = await everywhere(({ friends }, index) =>
        friends.confirm(
          index % 2 ? { from: a, by: b, alternativeName: "" } : { from: b, by: a, alternativeName: "" },
        ),
      );
      expect(fulfilled(results).sort()).toEqual(["confirmed", "repeated", "repeated", "repeated"]);
      expect([await first().friends.reachable(a), await first().friends.reachable(b)]).toEqual([[b], [a]]);
      expect((await first().conversations.heads(a, { limit: 9 })).items.length).toBe(1);
    }
  });

  test("a text sent everywhere at once is stored once, and all are told the same seq", async () => {
    const [a, b] = await friends(first());
    for (let round = 1; round <= 10; round += 1) {
      const entry = text(a, b, `round ${round}`);
      const results = fulfilled(await everywhere((store, index) => append(store, [entry], index)));
      expect(statuses(results.flat()).sort()).toEqual([...Array(HANDLES - 1).fill("duplicate"), "stored"]);
      expect(new Set(results.flat().map((outcome) => "seq" in outcome && outcome.seq))).toEqual(
        new Set([round]),
      );
      expect(new Set(results.flat().map((outcome) => "at" in outcome && outcome.at)).size).toBe(1);
    }
    expect((await everything(first(), a, b)).length).toBe(10);
  });

  test("writers of both directions whose batches name conversations in opposite orders leave no gap", async () => {
    const pairs = [await friends(first()), await friends(first()), await friends(first())] as const;
    const ROUNDS = 25;
    const sent = stores.map(async (store, writer) => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const order = writer % 2 ? pairs : pairs.toReversed();
        const batch = order.flatMap(([a, b], place) => {
          const body = `${writer} ${round} ${place}`;
          return (writer + round) % 2
            ? [text(a, b, body), text(b, a, body)]
            : [text(b, a, body), text(a, b, body)];
        });
        // The writers' clocks are an hour apart.
        const outcomes = await append(store, batch, 3_600_000 * writer + round);
        expect(new Set(statuses(outcomes))).toEqual(new Set(["stored"]));
      }
    });
    await Promise.all(sent);
    for (const [a, b] of pairs) {
      const stored = await everything(first(), a, b);
      expect(stored.map(({ seq }) => seq)).toEqual(
        Array.from({ length: HANDLES * ROUNDS * 2 }, (_, index) => index + 1),
      );
      const times = stored.map(({ at }) => at);
      expect(times).toEqual(times.toSorted((x, y) => x - y));
      // Each writer's own messages lie in the order in which it sent them.
      for (let writer = 0; writer < HANDLES; writer += 1) {
        const rounds = stored
          .map(({ body }) => body.split(" ").map(Number))
          .filter(([by]) => by === writer)
          .map(([, round]) => round);
        expect(rounds).toEqual(rounds.toSorted((x, y) => (x ?? 0) - (y ?? 0)));
      }
      expect((await history(first(), a, b, { limit: 1 }))?.lastSeq).toBe(HANDLES * ROUNDS * 2);
    }
  });

  test("once a block is set, nothing more is stored, whoever is appending meanwhile", async () => {
    const [a, b] = await friends(first());
    let blocked = false;
    const afterBlock: string[] = [];
    const writers = stores.slice(1).map(async (store) => {
      for (let count = 0; count < 40; count += 1) {
        const before = blocked;
        const [outcome] = await append(store, [text(a, b)], 1);
        if (before) afterBlock.push(outcome?.status ?? "");
      }
    });
    await append(first(), [text(b, a)], 1);
    await first().friends.setBlocked(b, a, true);
    blocked = true;
    const { lastSeq } = (await history(first(), a, b, { limit: 1 })) ?? { lastSeq: -1 };
    await Promise.all(writers);
    expect(new Set(afterBlock)).toEqual(new Set(afterBlock.length > 0 ? ["blocked"] : []));
    expect((await history(first(), a, b, { limit: 1 }))?.lastSeq).toBe(lastSeq);
  });

  test("cursors moved everywhere at once end at the furthest", async () => {
    const [a, b] = await friends(first());
    await append(
      first(),
      Array.from({ length: 50 }, () => text(a, b)),
      1,
    );
    await everywhere(async (store, index) => {
      for (let mark = 1; mark <= 50; mark += 1 + index)
        await advance(store, [{ user: b, peer: a, delivered: mark, read: mark - 1 }], mark);
    });
    const [head] = (await first().conversations.heads(b, { limit: 1 })).items;
    expect(head).toMatchObject({ deliveredSeq: 50, readSeq: 49 });
  });

  test("a friendship made and ended everywhere at once is whole or not there", async () => {
    const [a, b] = [await register(first()), await register(first())];
    await everywhere(async ({ friends }) => {
      for (let round = 0; round < 10; round += 1) {
        await friends.request({ from: a, to: b, nickname: "", message: "" });
        await friends.confirm({ from: a, by: b, alternativeName: "" });
        await friends.remove(b, a);
      }
    });
    expect(await first().friends.areFriends(a, b)).toBe(false);
    expect(await first().friends.areFriends(b, a)).toBe(false);
    await befriend(first(), a, b).catch(() => undefined);
    expect((await first().conversations.heads(a, { limit: 9 })).items.length).toBe(1);
  });
}
