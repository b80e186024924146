/**
 * @module contract/coordination.routes.cases
 * Routes and rate limits on any adapter.
 */
import { describe, expect, test } from "bun:test";
import { nodeName, sessionId, userId } from "../../src/domain/ids.ts";
import {
  alice,
  atOnce,
  bob,
  type Current,
  chatNode,
  LONG,
  opened,
  routeOf,
  SHORT,
  session,
} from "./coordination.fixture.ts";

export function routeCases(current: Current): void {
  const routes = () => current().coordination.routes;
  const nodes = () => current().coordination.nodes;
  const sessionsOf = async (user = alice) =>
    ((await routes().of([user])).get(user) ?? []).map((found) => found.session as string);

  describe("routes", () => {
    test("a bound session is found as it was bound, with its epoch", async () => {
      const odd = session("s 1\n%ü", { device: 'a "device"\n', name: "naïve/1", since: 1_763_000_000_123 });
      const { epoch, evicted } = await routes().bind(odd, 5);
      expect(evicted).toEqual([]);
      expect(await routes().of([alice])).toEqual(new Map([[alice, [routeOf(odd, epoch)]]]));
      expect(await routes().unbind(alice, odd.session, epoch)).toBe(true);
      expect(await routes().of([alice])).toEqual(new Map());
    });

    test("of many users in one call: those who have routes, oldest first", async () => {
      await atOnce(300, (i) => routes().bind(session(`s${i}`, { user: userId(i + 1), since: 5 }), 5));
      await routes().bind(session("older", { user: userId(7), since: 4 }), 5);
      await routes().bind(session("newer", { user: userId(7), since: 6 }), 5);
      const found = await routes().of(Array.from({ length: 400 }, (_, i) => userId(i + 1)));
      expect(found.size).toBe(300);
      expect(found.get(userId(7))?.map((r) => r.session as string)).toEqual(["older", "s6", "newer"]);
      expect(found.get(userId(300))?.map((r) => r.session as string)).toEqual(["s299"]);
      expect(await routes().of([])).toEqual(new Map());
    });

    test("epochs rise over rebinds and after the last session left", async () => {
      const epochs: number[] = [];
      for (let i = 0; i < 20; i += 1) {
        const begun = session(i % 2 ? "one" : "two");
        const bound = await routes().bind(begun, 5);
        const again = await routes().rebind(opened(begun, bound), 5);
        if (typeof again === "string") throw new Error(again);
        epochs.push(bound.epoch, again.epoch);
        if (i % 3 === 0)
          for (const s of ["one", "two"]) await routes().unbind(alice, sessionId(s), again.epoch);
      }
      expect(epochs.every(Number.isSafeInteger)).toBe(true);
      expect([...new Set(epochs)].sort((x, y) => x - y)).toEqual(epochs);
    });

    test("of two answers about a user's presence the newer has the higher order, whatever happened between", async () => {
      const orders: number[] = [];
      const look = async (online: boolean) => {
        const presence = await routes().presence(alice);
        expect(presence.online).toBe(online);
        orders.push(presence.order);
      };
      for (let i = 0; i < 3; i += 1) {
        await look(false);
        const { epoch } = await routes().bind(session("s"), 5);
        await look(true);
        await look(true);
        await routes().unbind(alice, sessionId("s"), epoch);
      }
      await look(false);
      expect(orders.every(Number.isSafeInteger)).toBe(true);
      expect([...new Set(orders)].sort((x, y) => x - y)).toEqual(orders);
    });

    test("100 binds at once get 100 epochs", async () => {
      const bound = await atOnce(100, (i) => routes().bind(session(`s${i}`), 100));
      expect(new Set(bound.map(({ epoch }) => epoch)).size).toBe(100);
      expect(await sessionsOf()).toHaveLength(100);
    });

    test("a late unbind does not remove what was bound after it", async () => {
      const begun = session("s", { device: "tablet" });
      const first = await routes().bind(begun, 5);
      const second = await routes().rebind(opened(begun, first), 5);
      if (typeof second === "string") throw new Error(second);
      expect(second.evicted).toEqual([]);
      expect(await routes().unbind(alice, sessionId("s"), first.epoch)).toBe(false);
      expect((await routes().of([alice])).get(alice)).toMatchObject([{ device: "tablet" }]);
      expect(await routes().unbind(alice, sessionId("s"), second.epoch)).toBe(true);
      expect(await routes().unbind(alice, sessionId("s"), second.epoch)).toBe(false);
    });

    test("unbinding one session leaves the user's others and other users alone", async () => {
      await routes().bind(session("one"), 5);
      const two = await routes().bind(session("two"), 5);
      await routes().bind(session("his", { user: bob }), 5);
      await routes().unbind(alice, sessionId("two"), two.epoch);
      await routes().unbind(alice, sessionId("his"), Number.MAX_SAFE_INTEGER);
      expect(await sessionsOf()).toEqual(["one"]);
      expect(await sessionsOf(bob)).toEqual(["his"]);
    });

    test("beyond the limit the oldest go and are returned, never the one just bound", async () => {
      for (const [id, since] of [["s3", 3] as const, ["s1", 1] as const, ["s2", 2] as const])
        await routes().bind(session(id, { since, incarnation: `${id}#1` }), 3);
      const { evicted, epoch } = await routes().bind(session("s0", { since: 0 }), 3);
      expect(evicted).toMatchObject([{ session: "s1", since: 1, incarnation: "s1#1" }]);
      expect(evicted[0]?.epoch).toBeLessThan(epoch);
      expect(await sessionsOf()).toEqual(["s0", "s2", "s3"]);
      expect(
        (await routes().bind(session("s4", { since: 4 }), 1)).evicted.map((r) => r.session as string),
      ).toEqual(["s0", "s2", "s3"]);
    });

    test("binding a session again needs no more room, and makes nobody younger", async () => {
      const [s1, s2] = [session("s1", { since: 1 }), session("s2", { since: 2 })];
      const bound = await routes().bind(s1, 2);
      await routes().bind(s2, 2);
      expect(await routes().rebind(opened(s1, bound), 2)).toMatchObject({ evicted: [], replaced: [] });
      expect(await sessionsOf()).toEqual(["s1", "s2"]);
      const third = await routes().bind(session("s3", { since: 3 }), 2);
      expect(third.evicted.map((r) => r.session as string)).toEqual(["s1"]);
    });

    test("reaping removes the routes of dead nodes, no others, and tells each user once", async () => {
      await nodes().register(chatNode("a"), LONG);
      await nodes().register(chatNode("b"), LONG);
      await nodes().register(chatNode("c"), SHORT);
      const on = (name: string) => ({ node: nodeName(name), incarnation: `${name}#1` });
      await routes().bind(session("here", on("a")), 5);
      await routes().bind(session("there", on("b")), 5);
      await routes().bind(session("there too", on("b")), 5);
      await atOnce(700, (i) => routes().bind(session(`c${i}`, { user: userId(i + 10), ...on("c") }), 5));
      await routes().bind(session("his", { user: bob, ...on("a") }), 5);
      await nodes().deregister(nodeName("b"), "b#1");
      await current().within(SHORT, async () => (await nodes().list()).length === 1);

      const reaped = (await atOnce(3, () => nodes().reap())).flat();
      expect(reaped.sort((x, y) => x - y)).toEqual([
        alice,
        ...Array.from({ length: 700 }, (_, i) => userId(i + 10)),
      ]);
      expect(await sessionsOf()).toEqual(["here"]);
      expect(await sessionsOf(bob)).toEqual(["his"]);
      expect(await sessionsOf(userId(10))).toEqual([]);
      expect(await nodes().reap()).toEqual([]);
    });

    test("a node that was thought dead and bound again keeps its routes", async () => {
      await nodes().register(chatNode("a"), SHORT);
      const bound = await routes().bind(session("s"), 5);
      await current().within(SHORT, async () => (await nodes().list()).length === 0);
      await nodes().register(chatNode("a"), LONG);
      await routes().rebind(opened(session("s"), bound), 5);
      expect(await nodes().reap()).toEqual([]);
      expect(await sessionsOf()).toEqual(["s"]);
      await nodes().deregister(nodeName("a"), "a#1");
      expect(await nodes().reap()).toEqual([alice]);
      expect(await sessionsOf()).toEqual([]);
    });

    test("what a node binds after it was reaped is reaped, too", async () => {
      await nodes().register(chatNode("a"), LONG);
      const bound = await routes().bind(session("s"), 5);
      await nodes().deregister(nodeName("a"), "a#1");
      expect(await nodes().reap()).toEqual([alice]);
      await routes().rebind(opened(session("s"), bound), 5);
      await routes().bind(session("his", { user: bob }), 5);
      expect((await nodes().reap()).sort((x, y) => x - y)).toEqual([alice, bob].sort((x, y) => x - y));
      expect([...(await sessionsOf()), ...(await sessionsOf(bob))]).toEqual([]);
    });

    test("a restarted node's former routes are reaped, its new ones are not", async () => {
      await nodes().register(chatNode("a"), LONG);
      await routes().bind(session("before"), 5);
      await nodes().register(chatNode("a", { incarnation: "a#2" }), LONG);
      await routes().bind(session("after", { incarnation: "a#2" }), 5);
      expect(await nodes().reap()).toEqual([alice]);
      expect(await sessionsOf()).toEqual(["after"]);
    });
  });
}

export function limitCases(current: Current): void {
  const limits = () => current().coordination.limits;

  describe("limits", () => {
    test("a burst passes, the next waits for one share of the time", async () => {
      const rule = { burst: 5, perMs: LONG };
      for (let i = 0; i < 5; i += 1) expect(await limits().take("k", rule)).toBe(0);
      const wait = await limits().take("k", rule);
      expect(wait).toBeGreaterThan(LONG / 5 - 5_000);
      expect(wait).toBeLessThanOrEqual(LONG / 5);
      expect(await limits().take("other", rule)).toBe(0);
    });

    test("of 100 who take at once as many pass as the bucket holds", async () => {
      const waits = await atOnce(100, () => limits().take("k", { burst: 7, perMs: LONG }));
      expect(waits.filter((wait) => wait === 0)).toHaveLength(7);
    });

    test("after the time it named one passes; an idle bucket fills up again and no further", async () => {
      const rule = { burst: 3, perMs: 3 * SHORT };
      for (let i = 0; i < 3; i += 1) await limits().take("k", rule);
      const wait = await limits().take("k", rule);
      expect(wait).toBeLessThanOrEqual(SHORT);
      await current().within(wait, async () => (await limits().take("k", rule)) === 0);
      expect(await limits().take("k", rule)).toBeGreaterThan(0);
      await current().within(
        3 * SHORT,
        async () => (await limits().take("full", { burst: 1, perMs: 1 })) === 0,
      );
    });

    test("thousands of keys do not meet", async () => {
      const rule = { burst: 1, perMs: LONG };
      const first = await atOnce(2_000, (i) => limits().take(`user ${i} {x}`, rule));
      expect(first.every((wait) => wait === 0)).toBe(true);
      const second = await atOnce(2_000, (i) => limits().take(`user ${i} {x}`, rule));
      expect(second.every((wait) => wait > 0)).toBe(true);
    });

    test("a burst that does not divide its time still passes whole", async () => {
      for (const burst of [3, 7, 11, 60]) {
        const waits: number[] = [];
        for (let i = 0; i <= burst; i += 1)
          waits.push(await limits().take(`k${burst}`, { burst, perMs: LONG }));
        expect(waits.filter((wait) => wait === 0)).toHaveLength(burst);
      }
    });
  });
}
