/**
 * @module contract/coordination.nodes.cases
 * The node registry and placement on any adapter.
 */
import { describe, expect, test } from "bun:test";
import type { ChatNode } from "../../src/domain/entities.ts";
import { type NodeName, nodeName, userId } from "../../src/domain/ids.ts";
import { alice, atOnce, bob, type Current, chatNode, LONG, SHORT } from "./coordination.fixture.ts";

const a = nodeName("a");
const b = nodeName("b");

export function nodeCases(current: Current): void {
  const nodes = () => current().coordination.nodes;
  const names = async () => (await nodes().list()).map((node) => node.name as string);

  describe("nodes", () => {
    test("a node is listed as registered, with its lease; all by name", async () => {
      const node = chatNode("a", { sessions: 7, wsUrl: "wss://chat.example" });
      for (const name of ["c", "b"]) expect(await nodes().register(chatNode(name), LONG)).toBe(true);
      expect(await nodes().register(node, LONG)).toBe(true);
      expect(await names()).toEqual(["a", "b", "c"]);
      const [listed] = await nodes().list();
      expect(listed).toEqual({ ...node, leaseUntil: expect.any(Number) });
      expect(listed?.leaseUntil).toBeGreaterThan(LONG);
    });

    test("renewing reports load and drain and extends the lease", async () => {
      await nodes().register(chatNode("a"), SHORT);
      const [before] = await nodes().list();
      expect(await nodes().renew(a, "a#1", { sessions: 12, draining: true }, LONG)).toBe(true);
      const [after] = await nodes().list();
      expect(after).toMatchObject({ sessions: 12, draining: true, host: "chat.example" });
      expect(after?.leaseUntil).toBeGreaterThan((before?.leaseUntil ?? 0) + LONG / 2);
    });

    test("a lease that is not renewed ends, and then cannot be renewed", async () => {
      await nodes().register(chatNode("a"), SHORT);
      await nodes().register(chatNode("b"), LONG);
      expect(await names()).toEqual(["a", "b"]);
      await current().within(SHORT, async () => (await names()).join() === "b");
      expect(await nodes().renew(a, "a#1", { sessions: 0, draining: false }, LONG)).toBe(false);
      expect(await nodes().register(chatNode("a", { incarnation: "a#2", grpcPort: 1 }), LONG)).toBe(true);
    });

    test("a live node's name is refused to another, taken over from the same gRPC address", async () => {
      await nodes().register(chatNode("a"), LONG);
      const elsewhere = chatNode("a", { incarnation: "a#2", grpcHost: "other.internal" });
      expect(await nodes().register(elsewhere, LONG)).toBe(false);
      expect(await nodes().register({ ...elsewhere, grpcPort: 1 }, LONG)).toBe(false);
      expect(await nodes().list()).toMatchObject([{ incarnation: "a#1" }]);

      const successor = chatNode("a", { incarnation: "a#2", port: 60_100 });
      expect(await nodes().register(successor, LONG)).toBe(true);
      expect(await nodes().list()).toMatchObject([{ incarnation: "a#2", port: 60_100 }]);
      expect(await nodes().renew(a, "a#1", { sessions: 99, draining: true }, LONG)).toBe(false);
      await nodes().deregister(a, "a#1");
      expect(await nodes().list()).toMatchObject([{ incarnation: "a#2", sessions: 0, draining: false }]);
    });

    test("having no gRPC address in common proves nothing", async () => {
      const first = chatNode("a", { grpcHost: "", grpcPort: 0 });
      await nodes().register(first, LONG);
      expect(await nodes().register({ ...first, incarnation: "a#2" }, LONG)).toBe(false);
    });

    test("who holds a name may register again", async () => {
      await nodes().register(chatNode("a"), LONG);
      expect(await nodes().register(chatNode("a", { grpcPort: 1, sessions: 3 }), LONG)).toBe(true);
      expect(await nodes().list()).toMatchObject([{ grpcPort: 1, sessions: 3 }]);
    });

    test("of 100 who register one name at once one does", async () => {
      const taken = await atOnce(100, (i) =>
        nodes().register(chatNode("a", { incarnation: `a#${i}`, grpcPort: i + 1 }), LONG),
      );
      expect(taken.filter(Boolean)).toHaveLength(1);
    });

    test("a deregistered name is free at once", async () => {
      await nodes().register(chatNode("a"), LONG);
      await nodes().deregister(a, "a#1");
      expect(await names()).toEqual([]);
      expect(await nodes().register(chatNode("a", { incarnation: "a#2", grpcPort: 1 }), LONG)).toBe(true);
    });
  });
}

export function placementCases(current: Current): void {
  const placement = () => current().coordination.placement;
  const nodes = () => current().coordination.nodes;
  const register = (...list: ChatNode[]) => Promise.all(list.map((node) => nodes().register(node, LONG)));

  /** Picks `n` times at once. @returns picks by node name. */
  async function pick(n: number, round = 0): Promise<Record<string, number>> {
    const picked = await atOnce(n, (i) => placement().allocate(userId(i + 1), `${round}/${i}`, LONG));
    const counts: Record<string, number> = {};
    for (const node of picked) counts[node?.name ?? ""] = (counts[node?.name ?? ""] ?? 0) + 1;
    return counts;
  }

  describe("placement", () => {
    test("no node: nothing; draining, without a chat port or dead: not allocated", async () => {
      expect(await placement().allocate(alice, "t", LONG)).toBeUndefined();
      await register(chatNode("a", { draining: true }), chatNode("b", { port: 0 }));
      await nodes().register(chatNode("c"), SHORT);
      expect((await placement().allocate(alice, "t", LONG))?.name).toBe(nodeName("c"));
      await current().within(SHORT, async () => (await placement().allocate(alice, "u", LONG)) === undefined);
      await nodes().renew(a, "a#1", { sessions: 0, draining: false }, LONG);
      expect((await placement().allocate(alice, "v", LONG))?.name).toBe(a);
    });

    test("a token is good once, for its user, on its node", async () => {
      await register(chatNode("a", { sessions: 5 }), chatNode("b"));
      expect(await placement().allocate(alice, "token", LONG)).toMatchObject({ name: "b", port: 60_000 });
      expect(await placement().redeem(bob, "token", b)).toBe(false);
      expect(await placement().redeem(alice, "token", a)).toBe(false);
      expect(await placement().redeem(alice, "other", b)).toBe(false);
      expect(await placement().redeem(alice, "token", b)).toBe(true);
      expect(await placement().redeem(alice, "token", b)).toBe(false);
    });

    test("a user's open tokens can be voided, other users' stay", async () => {
      await register(chatNode("a"), chatNode("b"));
      const held = await atOnce(4, (i) => placement().allocate(alice, `t${i}`, LONG));
      const other = await placement().allocate(bob, "other", LONG);
      await placement().revoke(alice);
      for (const [i, node] of held.entries())
        expect(await placement().redeem(alice, `t${i}`, node?.name ?? a)).toBe(false);
      expect(await placement().redeem(bob, "other", other?.name ?? a)).toBe(true);
    });

    test("of 100 who redeem at once one does", async () => {
      await register(chatNode("a"));
      await placement().allocate(alice, "token", LONG);
      const redeemed = await atOnce(100, () => placement().redeem(alice, "token", a));
      expect(redeemed.filter(Boolean)).toHaveLength(1);
    });

    test("a token and the pick it counts as end with its TTL", async () => {
      await register(chatNode("a"), chatNode("b", { sessions: 10 }));
      await atOnce(20, (i) => placement().allocate(alice, `t${i}`, SHORT));
      expect(await placement().redeem(alice, "t0", a)).toBe(true);
      const { codes } = current().coordination;
      await codes.put("mark", "1", SHORT);
      await current().within(SHORT, async () => (await codes.check("mark", "1", 5)) === "missing");
      expect(await placement().redeem(alice, "t1", a)).toBe(false);
      // Of the 20 picks 15 had made `a` as loaded as `b`; without them it has room for 9 more than `b`.
      expect(await pick(9)).toEqual({ a: 9 });
    });

    test("1,000 picks at once over four nodes differ by less than 5 %", async () => {
      await register(...["a", "b", "c", "d"].map((name) => chatNode(name)));
      const counts = Object.values(await pick(1_000));
      expect(counts).toHaveLength(4);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThan(1_000 * 0.05);
    });

    test("ties go round", async () => {
      await register(...["a", "b", "c"].map((name) => chatNode(name)));
      const order: string[] = [];
      for (let i = 0; i < 6; i += 1) {
        const node = await placement().allocate(alice, `t${i}`, LONG);
        order.push(node?.name ?? "");
        await placement().redeem(alice, `t${i}`, node?.name ?? a);
        await nodes().renew(node?.name ?? a, node?.incarnation ?? "", { sessions: 0, draining: false }, LONG);
      }
      expect(new Set(order.slice(0, 3)).size).toBe(3);
      expect(order.slice(3)).toEqual(order.slice(0, 3));
    });

    test("redeemed logins count until the report that contains them", async () => {
      await register(chatNode("a"), chatNode("b", { sessions: 3 }));
      expect(await pick(2)).toEqual({ a: 2 });
      for (let i = 0; i < 2; i += 1) await placement().redeem(userId(i + 1), `0/${i}`, a);
      expect(await pick(1, 1)).toEqual({ a: 1 });
      await nodes().renew(a, "a#1", { sessions: 0, draining: false }, LONG);
      // One pick is open, the two redeemed are over: `a` stands at 1, `b` at 3.
      expect(await pick(2, 2)).toEqual({ a: 2 });
    });

    test("bursts with redeems and reports between them stay even", async () => {
      const list = ["a", "b", "c", "d"].map((name) => chatNode(name));
      await register(...list);
      const sessions = new Map<NodeName, number>(list.map((node) => [node.name, 0]));
      await atOnce(1_000, async (i) => {
        const node = await placement().allocate(userId(i + 1), `t${i}`, LONG);
        if (!node || i % 3 === 0) return;
        if (await placement().redeem(userId(i + 1), `t${i}`, node.name))
          sessions.set(node.name, (sessions.get(node.name) ?? 0) + 1);
        if (i % 10 !== 0) return;
        const report = { sessions: sessions.get(node.name) ?? 0, draining: false };
        await nodes().renew(node.name, node.incarnation, report, LONG);
      });
      const counts = [...sessions.values()];
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThan(1_000 * 0.05);
    });

    test("unequal loads even out", async () => {
      await register(chatNode("a", { sessions: 300 }), chatNode("b", { sessions: 100 }), chatNode("c"));
      expect(await pick(800)).toEqual({ a: 100, b: 300, c: 400 });
    });

    test("a token outlives the restart of its node, which keeps its address", async () => {
      await register(chatNode("a"));
      await placement().allocate(alice, "token", LONG);
      await register(chatNode("a", { incarnation: "a#2" }));
      expect(await placement().redeem(alice, "token", a)).toBe(true);
    });
  });
}
