/**
 * @module contract/coordination.devices.cases
 * Devices and their tickets on any adapter: who takes whose place, who may come back, and what an end ends.
 */
import { describe, expect, test } from "bun:test";
import type { Bound, NewSession } from "../../src/coordination/coordination.ts";
import { sessionId } from "../../src/domain/ids.ts";
import { failureOf } from "../support/failure.ts";
import { alice, atOnce, bob, type Current, LONG, opened, SHORT, session } from "./coordination.fixture.ts";

export function deviceCases(current: Current): void {
  const routes = () => current().coordination.routes;
  const devices = () => current().coordination.devices;
  const ids = (found: readonly { readonly session: string }[]) => found.map((one) => one.session);
  const sessionsOf = async (user = alice) => ids((await routes().of([user])).get(user) ?? []);
  const isGood = async (ticket: string, user = alice) => (await devices().check(user, ticket)) !== undefined;
  const keyOf = async (ticket: string) => (await devices().check(alice, ticket))?.key ?? "";

  /** A session of a device that has a ticket; `through` another one where it comes back with that. */
  const on = (device: string, id: string, ticket: string, more: Partial<NewSession> = {}): NewSession =>
    session(id, { device, ticket: { secret: ticket, ttlMs: LONG }, ...more });
  const come = async (begun: NewSession, through?: string, max = 5): Promise<Bound> =>
    routes().bind(begun, max, through === undefined ? undefined : await keyOf(through));
  const go = (begun: NewSession, { epoch }: Bound) => routes().unbind(begun.user, begun.session, epoch);

  describe("devices", () => {
    test("a device that comes back replaces its own session before anybody is evicted", async () => {
      await come(on("laptop", "l1", "tl", { since: 1 }));
      for (let i = 0; i < 5; i += 1) {
        const { replaced, evicted } = await come(
          on("phone", `p${i}`, `tp${i}`, { since: 2 + i }),
          undefined,
          2,
        );
        expect(ids(replaced)).toEqual(i === 0 ? [] : [`p${i - 1}`]);
        expect(evicted).toEqual([]);
      }
      expect(await sessionsOf()).toEqual(["l1", "p4"]);
      expect(await isGood("tl")).toBe(true);
    });

    test("of 20 sessions of one device that begin at once one is left", async () => {
      const bound = await atOnce(20, (i) => come(on("phone", `p${i}`, `t${i}`), undefined, 2));
      expect(bound.flatMap(({ replaced }) => replaced)).toHaveLength(19);
      expect(await sessionsOf()).toHaveLength(1);
    });

    test("who names no device has one of its own, by the session's id", async () => {
      const first = await come(session("s1"));
      const second = await come(session("s2"));
      expect([first.device, second.device]).toEqual(["s1", "s2"]);
      expect(await sessionsOf()).toEqual(["s1", "s2"]);
    });

    test("with a ticket one takes its device's place, by its name or whatever other", async () => {
      const first = await come(session("s1", { ticket: { secret: "t1", ttlMs: LONG } }));
      const second = session("s2", { ticket: { secret: "t2", ttlMs: LONG } });
      const again = await come(second, "t1");
      expect([again.device, ids(again.replaced)]).toEqual([first.device, ["s1"]]);
      const named = await come(on("phone", "s3", "t3"), "t2");
      expect([named.device, ids(named.replaced)]).toEqual(["phone", ["s2"]]);
      expect((await devices().list(alice)).filter((one) => one.node && one.session === "s3")).toHaveLength(1);
    });

    test("beyond the limit the oldest goes, and cannot come back", async () => {
      await come(on("d1", "s1", "t1", { since: 1 }));
      await come(on("d2", "s2", "t2", { since: 2 }));
      const { evicted } = await come(on("d3", "s3", "t3", { since: 3 }), undefined, 2);
      expect(ids(evicted)).toEqual(["s1"]);
      expect([await isGood("t1"), await isGood("t2"), await isGood("t3")]).toEqual([false, true, true]);
    });

    test("the list has who is here and who is away, not who has no way back", async () => {
      const begun = on("phone", "s1", "t1", { since: 1, name: "phone/1" });
      const bound = await come(begun);
      const bare = session("s2", { since: 2 });
      const bareBound = await come(bare);
      await come(on("laptop", "s3", "t3", { since: 3 }));
      expect((await devices().list(alice)).map(({ device, node }) => [device, node as string])).toEqual([
        ["phone", "a"],
        ["s2", "a"],
        ["laptop", "a"],
      ]);
      await go(begun, bound);
      await go(bare, bareBound);
      const left = await devices().list(alice);
      expect(left.map(({ device, node }) => [device, node === undefined])).toEqual([
        ["phone", true],
        ["laptop", false],
      ]);
      expect(left[0]).toMatchObject({ session: "s1", name: "phone/1", since: 1 });
      expect(left[0]?.seen).toBeGreaterThan(1_700_000_000_000);
      expect(await devices().list(bob)).toEqual([]);
    });

    test("away devices are not without number: the one that was here longest ago is forgotten", async () => {
      for (let i = 0; i < 40; i += 1) {
        const begun = on(`d${i}`, `s${i}`, `t${i}`);
        await go(begun, await come(begun));
        await current().within(2, async () => true);
      }
      expect((await devices().list(alice)).length).toBeLessThan(40);
      expect(await isGood("t0")).toBe(false);
      expect(await isGood("t39")).toBe(true);
    });
  });

  describe("tickets", () => {
    test("a ticket is good for its user, as often as it is shown", async () => {
      await come(on("phone", "s1", "t1", { version: 7 }));
      for (let i = 0; i < 2; i += 1)
        expect(await devices().check(alice, "t1")).toMatchObject({ device: "phone", version: 7 });
      expect(await isGood("t1", bob)).toBe(false);
      expect(await isGood("t2")).toBe(false);
      expect(await isGood("")).toBe(false);
    });

    test("the new session's replaces it as soon as that is known to have arrived", async () => {
      await come(on("phone", "s1", "t1"));
      await come(on("phone", "s2", "t2"), "t1");
      // The answer with t2 may have been lost.
      expect([await isGood("t1"), await isGood("t2")]).toEqual([true, true]);
      await come(on("phone", "s3", "t3"), "t1");
      expect([await isGood("t1"), await isGood("t2"), await isGood("t3")]).toEqual([true, false, true]);
      await devices().received(alice, sessionId("s3"));
      expect([await isGood("t1"), await isGood("t3")]).toEqual([false, true]);
      await devices().received(alice, sessionId("s1"));
      await devices().received(alice, sessionId("never was"));
      expect(await isGood("t3")).toBe(true);
    });

    test("using the new one proves that it has arrived, too", async () => {
      await come(on("phone", "s1", "t1"));
      await come(on("phone", "s2", "t2"), "t1");
      await come(on("phone", "s3", "t3"), "t2");
      expect([await isGood("t1"), await isGood("t2"), await isGood("t3")]).toEqual([false, true, true]);
    });

    test("a login with the password voids the device's ticket", async () => {
      const begun = on("phone", "s1", "t1");
      await go(begun, await come(begun));
      await come(on("phone", "s2", "t2"));
      expect([await isGood("t1"), await isGood("t2")]).toEqual([false, true]);
    });

    test("one that became void since it was checked binds nothing and changes nothing", async () => {
      await come(on("laptop", "l1", "tl"));
      const begun = on("phone", "s1", "t1");
      const bound = await come(begun);
      const key = await keyOf("t1");
      await devices().end(alice, { session: begun.session }, "revoked");
      await go(begun, bound);
      expect(await failureOf(routes().bind(on("laptop", "s2", "t2"), 5, key))).toMatchObject({ code: 14 });
      expect(await sessionsOf()).toEqual(["l1"]);
      expect([await isGood("t2"), await isGood("tl")]).toEqual([false, true]);
    });

    test("twelve returns of a phone and sixteen of a page cost the laptop nothing", async () => {
      const laptop = on("laptop", "l", "tl");
      await go(laptop, await come(laptop));
      for (const [device, times] of [
        ["phone", 12],
        ["page", 16],
      ] as const)
        for (let i = 0; i < times; i += 1) {
          const begun = on(device, `${device}${i}`, `${device} ticket ${i}`);
          await go(begun, await come(begun, i === 0 ? undefined : `${device} ticket ${i - 1}`));
        }
      expect(await isGood("tl")).toBe(true);
      expect(await isGood("phone ticket 11")).toBe(true);
      expect((await devices().list(alice)).map(({ device }) => device)).toEqual(["laptop", "phone", "page"]);
    });

    test("its time runs while the device is away, not while it is here", async () => {
      const begun = session("s1", { device: "phone", ticket: { secret: "t1", ttlMs: SHORT } });
      const bound = await come(begun);
      await come(on("laptop", "s2", "t2"));
      await current().within(2 * SHORT, async () => true);
      await new Promise((resolve) => setTimeout(resolve, SHORT / 4));
      expect(await isGood("t1")).toBe(true);
      await go(begun, bound);
      expect(await isGood("t1")).toBe(true);
      await current().within(SHORT, async () => !(await isGood("t1")));
      expect((await devices().list(alice)).map(({ device }) => device)).toEqual(["laptop"]);
    });
  });

  describe("ends", () => {
    test("ticket and route are gone at once; the session is listed until its node knows", async () => {
      const begun = on("phone", "s1", "t1");
      const bound = await come(begun);
      const { found, open } = await devices().end(alice, { session: begun.session }, "revoked");
      expect([found, ids(open)]).toEqual([true, ["s1"]]);
      expect(await isGood("t1")).toBe(false);
      expect(await sessionsOf()).toEqual([]);
      expect(ids(await devices().list(alice))).toEqual(["s1"]);
      // Somebody who got no answer asks again.
      expect(ids((await devices().end(alice, { session: begun.session }, "revoked")).open)).toEqual(["s1"]);
      await go(begun, bound);
      expect(await devices().list(alice)).toEqual([]);
      expect(await devices().end(alice, { session: begun.session }, "revoked")).toEqual({
        found: false,
        open: [],
      });
    });

    test("a device is known by its session before, too, to who means the device", async () => {
      await come(on("phone", "s1", "t1"));
      await come(on("phone", "s2", "t2"), "t1");
      await come(on("laptop", "l1", "tl"));
      const exact = await devices().end(alice, { session: sessionId("s1") }, "reset");
      expect([exact.found, await sessionsOf()]).toEqual([true, ["s2", "l1"]]);
      const { found, open } = await devices().end(alice, { knownBy: sessionId("s1") }, "revoked");
      expect([found, ids(open).sort()]).toEqual([true, ["s1", "s2"]]);
      expect([await sessionsOf(), await isGood("t2"), await isGood("tl")]).toEqual([["l1"], false, true]);
    });

    test("a device that is away is gone at once", async () => {
      const begun = on("phone", "s1", "t1");
      await go(begun, await come(begun));
      expect(await devices().end(alice, { session: begun.session }, "revoked")).toEqual({
        found: true,
        open: [],
      });
      expect(await isGood("t1")).toBe(false);
      expect(await devices().list(alice)).toEqual([]);
    });

    test("all below a version, none above it, nobody else's", async () => {
      await come(on("old", "s1", "t1", { version: 1 }));
      const away = on("away", "s2", "t2", { version: 0 });
      await go(away, await come(away));
      await come(on("new", "s3", "t3", { version: 2 }));
      await routes().bind({ ...on("his", "s4", "t4", { version: 0 }), user: bob }, 5);
      const { open } = await devices().end(alice, { below: 2 }, "reset");
      expect(ids(open)).toEqual(["s1"]);
      expect(await sessionsOf()).toEqual(["s3"]);
      expect(await sessionsOf(bob)).toEqual(["s4"]);
      expect([await isGood("t1"), await isGood("t2"), await isGood("t3")]).toEqual([false, false, true]);
    });

    test.each(["replaced", "kicked", "revoked"] as const)(
      "a session that was %s and asks again is told",
      async (reason) => {
        const begun = on("phone", "s1", "t1", { since: 1 });
        const bound = await come(begun);
        if (reason === "replaced") await come(on("phone", "s2", "t2", { since: 2 }));
        if (reason === "kicked") await come(on("other", "s2", "t2", { since: 2 }), undefined, 1);
        if (reason === "revoked") await devices().end(alice, { session: begun.session }, "revoked");
        expect(await routes().rebind(opened(begun, bound), 5)).toBe(reason);
        expect(await isGood("t1")).toBe(false);
        // Also when its end was settled without it: by the lease's end, or because its node said so.
        await devices().settle(alice, [begun.session]);
        expect(await routes().rebind(opened(begun, bound), 5)).toBe(
          reason === "replaced" ? "replaced" : "revoked",
        );
        expect(await sessionsOf()).toEqual(reason === "revoked" ? [] : ["s2"]);
      },
    );

    test("one that was forgotten, not ended, is taken up again with its ticket", async () => {
      const begun = on("phone", "s1", "t1", { version: 3 });
      const never = { ...begun, device: "phone", born: 1_000 };
      expect(await routes().rebind(never, 5)).toMatchObject({ device: "phone", replaced: [], evicted: [] });
      expect(await sessionsOf()).toEqual(["s1"]);
      expect(await devices().check(alice, "t1")).toMatchObject({ device: "phone", version: 3 });
    });

    test("of two sessions of a device that were both forgotten the younger is left, whoever comes first", async () => {
      const [old, young] = [on("phone", "s1", "t1"), on("phone", "s2", "t2")];
      const claims = [
        { ...old, device: "phone", born: 1_000 },
        { ...young, device: "phone", born: 2_000 },
      ] as const;
      expect(await routes().rebind(claims[0], 5)).toMatchObject({ replaced: [] });
      expect(await routes().rebind(claims[1], 5)).toMatchObject({ replaced: [{ session: "s1" }] });
      expect(await sessionsOf()).toEqual(["s2"]);
      expect(await routes().rebind(claims[0], 5)).toBe("replaced");
    });

    test("one that was taken for dead is here again when it says so", async () => {
      const begun = on("phone", "s1", "t1");
      const bound = await come(begun);
      await go(begun, bound);
      expect(await routes().rebind(opened(begun, bound), 5)).toMatchObject({ device: "phone" });
      expect(await sessionsOf()).toEqual(["s1"]);
    });

    test("an end and a return at once: either order leaves nobody in", async () => {
      for (let i = 0; i < 20; i += 1) {
        const begun = on("phone", `s${i}`, `t${i}`);
        await go(begun, await come(begun));
        const key = await keyOf(`t${i}`);
        const [returned, ended] = await Promise.allSettled([
          routes().bind(on("phone", `b${i}`, `n${i}`), 5, key),
          devices().end(alice, { knownBy: begun.session }, "revoked"),
        ]);
        expect(ended).toMatchObject({ value: { found: true } });
        if (returned.status === "rejected") expect(returned.reason).toMatchObject({ code: 14 });
        expect([await sessionsOf(), await isGood(`t${i}`), await isGood(`n${i}`)]).toEqual([
          [],
          false,
          false,
        ]);
      }
    });
  });
}
