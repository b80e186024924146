/**
 * @module contract/coordination.clock
 * The clock of Redis' machine steps: nobody waits longer than what they were told at first, no dead node stays,
 * and what is alive is there again with the next renewal.
 *
 * A step is made from the other side: whatever the server keeps as a date is moved by as much the other way.
 */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import type { Coordination } from "../../src/coordination/coordination.ts";
import { openRedis } from "../../src/coordination/redis/index.ts";
import { nodeName } from "../../src/domain/ids.ts";
import { silentLogger } from "../../src/lib/log.ts";
import { type RedisServer, startRedis } from "../support/servers.ts";
import { until } from "../support/until.ts";
import { alice, atOnce, chatNode, LONG, redisOptions, SHORT } from "./coordination.fixture.ts";

const HOUR = 3_600_000;
const EMAIL = "ann@example.com";

let server: RedisServer;
let coordination: Coordination;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.kill());
beforeEach(async () => {
  await server.command("FLUSHALL");
  coordination = await openRedis(redisOptions(server), silentLogger);
});
afterEach(() => coordination.close());

/** Sets the server's clock forward by `ms`, or back when it is negative. */
async function step(ms: number): Promise<void> {
  for (const key of await server.command<string[]>("KEYS", "*")) {
    const left = (await server.command<number>("PTTL", key)) - ms;
    if (key.includes(":tokens:"))
      for (const token of await server.command<string[]>("ZRANGE", key, 0, -1))
        await server.command("ZINCRBY", key, -ms, token);
    if (/:l:[0-9a-f]+$/.test(key)) await server.command("DECRBY", key, 1_000 * ms);
    await (left > 0 ? server.command("PEXPIRE", key, left) : server.command("DEL", key));
  }
}

test("set back, a cool-down is as long as it ever was", async () => {
  await coordination.codes.reserve(EMAIL, SHORT);
  await step(-HOUR);
  expect(await coordination.codes.reserve(EMAIL, SHORT)).toBeLessThanOrEqual(SHORT);
  await until(async () => (await coordination.codes.reserve(EMAIL, SHORT)) === 0, {
    what: "the cool-down to end",
  });
});

test("set back, an empty bucket fills as fast as it ever did", async () => {
  const rule = { burst: 10, perMs: 10 * SHORT };
  await atOnce(10, () => coordination.limits.take("k", rule));
  await step(-HOUR);
  const wait = await coordination.limits.take("k", rule);
  expect(wait).toBeGreaterThan(0);
  expect(wait).toBeLessThanOrEqual(SHORT);
  await until(async () => (await coordination.limits.take("k", rule)) === 0, { what: "one to be there" });
});

test("set back, a dead node is gone when its lease ends, for who lists and for who wants its name", async () => {
  await coordination.nodes.register(chatNode("a"), SHORT);
  await coordination.nodes.register(chatNode("b"), SHORT);
  await step(-HOUR);
  const heir = chatNode("b", { incarnation: "b#2", grpcPort: 1 });
  expect(await coordination.nodes.register(heir, SHORT)).toBe(false);
  await until(async () => await coordination.nodes.register(heir, LONG), { what: "the name to be free" });
  await until(async () => (await coordination.nodes.list()).length === 1, { what: "the dead node to go" });
});

test("set back, a token given before is good, and counts no longer than it may", async () => {
  await coordination.nodes.register(chatNode("a"), LONG);
  await coordination.placement.allocate(alice, "before", SHORT);
  await coordination.placement.allocate(alice, "unused", SHORT);
  await step(-HOUR);
  await coordination.placement.allocate(alice, "after", SHORT);
  expect(await coordination.placement.redeem(alice, "before", nodeName("a"))).toBe(true);
  const [key = ""] = await server.command<string[]>("KEYS", "*:tokens:a");
  expect(await server.command("ZCOUNT", key, "-inf", Date.now() + SHORT)).toBe(2);
  await Bun.sleep(SHORT);
  expect(await coordination.placement.redeem(alice, "unused", nodeName("a"))).toBe(false);
});

test("set back, picks among equals still take turns", async () => {
  for (const name of ["a", "b"]) await coordination.nodes.register(chatNode(name), 2 * HOUR);
  const pick = async () => {
    const token = crypto.randomUUID();
    const node = await coordination.placement.allocate(alice, token, LONG);
    await coordination.placement.redeem(alice, token, nodeName(node?.name ?? ""));
    for (const name of ["a", "b"])
      await coordination.nodes.renew(nodeName(name), `${name}#1`, { sessions: 0, draining: false }, LONG);
    return node?.name;
  };
  const key = (await server.command<string[]>("KEYS", "*{nodes}:node:a"))[0] ?? "";
  await server.command("HSET", key, "picked", (Date.now() + HOUR) * 1_000);
  const picks = [await pick(), await pick(), await pick(), await pick()];
  expect(picks.map(String)).toEqual(["b", "a", "b", "a"]);
});

test("set forward, live nodes take their leases again, and a code can be asked for at once", async () => {
  await coordination.nodes.register(chatNode("a"), 10_000);
  await coordination.codes.reserve(EMAIL, LONG);
  await step(2 * LONG);
  const report = { sessions: 0, draining: false };
  expect(await coordination.nodes.renew(nodeName("a"), "a#1", report, 10_000)).toBe(false);
  expect(await coordination.nodes.register(chatNode("a"), 10_000)).toBe(true);
  expect(await coordination.codes.reserve(EMAIL, LONG)).toBe(0);
});
