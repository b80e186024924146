/**
 * @module contract/coordination.redis
 * What the adapter leaves in Redis: only keys that end, only hashes of secrets, nothing of nodes that died.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Coordination } from "../../src/coordination/coordination.ts";
import type { Lifetimes } from "../../src/coordination/devices.ts";
import { Connection } from "../../src/coordination/redis/connection.ts";
import { openRedis } from "../../src/coordination/redis/index.ts";
import type { RedisOptions } from "../../src/coordination/redis/options.ts";
import { RouteIndex } from "../../src/coordination/redis/route-index.ts";
import { conversationId, nodeName, sessionId, userId } from "../../src/domain/ids.ts";
import { silentLogger } from "../../src/lib/log.ts";
import { type RedisServer, startRedis, startRedisCluster } from "../support/servers.ts";
import { until } from "../support/until.ts";
import { alice, atOnce, bob, chatNode, redisOptions, session } from "./coordination.fixture.ts";

/** Lives short enough to see everything end. */
const BRIEF: Lifetimes = { routes: 1_500, epoch: 500 };
const TTL = 1_000;
const EMAIL = "ann@example.com";
const SECRETS = ["482913", "login-token", "resume-ticket"] as const;

/** Logins, sessions that come and go, an eviction, a dead node and its reaping: every kind of key. */
async function live({
  codes,
  placement,
  devices,
  nodes,
  routes,
  interest,
  limits,
}: Coordination): Promise<void> {
  const [code, token, ticket] = SECRETS;
  await codes.reserve(EMAIL, TTL);
  await codes.put(EMAIL, code, TTL);
  await codes.check(EMAIL, "000000", 5);
  await codes.put("bea@example.com", code, TTL);
  for (let i = 0; i < 6; i += 1) await codes.check("bea@example.com", "000000", 5);
  await nodes.register(chatNode("a"), TTL);
  await nodes.register(chatNode("b"), TTL);
  await nodes.renew(nodeName("a"), "a#1", { sessions: 1, draining: false }, TTL);
  await atOnce(20, (i) => placement.allocate(alice, `${token}${i}`, TTL));
  await placement.allocate(bob, token, TTL);
  await atOnce(10, (i) => placement.redeem(alice, `${token}${i}`, nodeName("a")));
  const on = (name: string) => ({ node: nodeName(name), incarnation: `${name}#1` });
  await atOnce(50, async (i) => {
    const user = userId(i + 1);
    const secret = { secret: `${ticket}${i}`, ttlMs: TTL };
    const { epoch } = await routes.bind(
      session(`s${i}`, { user, ticket: secret, ...on(i % 2 ? "a" : "b") }),
      5,
    );
    if (i % 4 === 0) await devices.end(user, { session: sessionId(`s${i}`) }, "revoked");
    if (i % 3 === 0) await routes.unbind(user, sessionId(`s${i}`), epoch);
  });
  await atOnce(8, (i) => routes.bind(session(`more${i}`, on("a")), 5));
  await interest.add(on("a"), [conversationId(1), conversationId(2)]);
  await interest.add(on("b"), [conversationId(2), conversationId(3)]);
  await interest.remove(on("a"), [conversationId(1)]);
  for (const [one, dead] of await interest.of([conversationId(2), conversationId(3)]))
    await interest.forget(
      one,
      dead.filter(({ incarnation }) => incarnation === "b#1"),
    );
  await limits.take("login ann@example.com", { burst: 2, perMs: TTL });
  await nodes.deregister(nodeName("b"), "b#1");
  expect((await nodes.reap()).length).toBeGreaterThan(0);
}

/** All keys of some servers, with their TTLs in milliseconds. */
async function keysOf(servers: readonly RedisServer[]): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const server of servers)
    for (const key of await server.command<string[]>("KEYS", "*"))
      found.set(key, await server.command<number>("PTTL", key));
  return found;
}

const kinds = [
  { name: "one server", start: async () => [await startRedis()], isCluster: false },
  { name: "a cluster", start: async () => [...(await startRedisCluster()).nodes], isCluster: true },
];

describe.each(kinds)("what is left on $name", ({ start, isCluster }) => {
  let servers: RedisServer[];
  beforeAll(async () => {
    servers = await start();
  }, 30_000);
  afterAll(async () => void (await Promise.all(servers.map((server) => server.kill()))));

  const options = (): RedisOptions => {
    const [first] = servers as [RedisServer];
    return redisOptions(first, isCluster ? { clusterNodes: servers } : {});
  };

  test("every key has the prefix and a TTL; when they are over nothing is left", async () => {
    const redis = options();
    const coordination = await openRedis(redis, silentLogger, BRIEF);
    await live(coordination);
    const left = await keysOf(servers);
    expect(left.size).toBeGreaterThan(30);
    for (const [key, ttl] of left) {
      expect(key.startsWith(redis.prefix)).toBe(true);
      expect({ key, ttl }).not.toEqual({ key, ttl: -1 });
      expect(ttl).toBeLessThanOrEqual(BRIEF.routes);
    }
    await until(async () => (await keysOf(servers)).size === 0, { what: "the keyspace to be empty" });
    await coordination.close();
  });

  test("of a dead node nothing but other nodes' keys is left after the reaping", async () => {
    const coordination = await openRedis(options(), silentLogger, BRIEF);
    await live(coordination);
    const names = [...(await keysOf(servers)).keys()].map((key) => key.replace(/^[^{]*/, ""));
    expect(names.filter((name) => name.startsWith("{i:"))).toEqual(["{i:a#1}:routes"]);
    expect(names).not.toContain("{nodes}:node:b");
    expect(names.filter((name) => name.startsWith("{g:"))).toEqual(["{g:2}:2"]);
    await coordination.close();
    await until(async () => (await keysOf(servers)).size === 0, { what: "the keyspace to be empty" });
  });

  test("no secret and no address is kept in clear", async () => {
    const redis = options();
    const coordination = await openRedis(redis, silentLogger, BRIEF);
    await live(coordination);
    const dumps: string[] = [];
    for (const server of servers)
      for (const key of await server.command<string[]>("KEYS", "*")) {
        const type = await server.command<string>("TYPE", key);
        if (type === "none") continue; // Its short life ended since KEYS.
        const read = { string: ["GET"], hash: ["HGETALL"], set: ["SMEMBERS"], zset: ["ZRANGE", "0", "-1"] }[
          type
        ];
        if (read === undefined) throw new Error(`${key} is of type ${type}: teach this test to read it`);
        const [command = "", ...args] = read;
        dumps.push(key, JSON.stringify(await server.command(command, key, ...args)));
      }
    expect(dumps.length).toBeGreaterThan(0);
    for (const secret of [...SECRETS, EMAIL]) expect(dumps.join("\n")).not.toContain(secret);
    await coordination.close();
    await until(async () => (await keysOf(servers)).size === 0, { what: "the keyspace to be empty" });
  });

  test("who is interested in a group is kept for as long as any node adds itself, and no longer", async () => {
    const { interest, close } = await openRedis(options(), silentLogger, BRIEF);
    const groups = [conversationId(1), conversationId(65), conversationId(2)];
    const start = performance.now();
    await until(async () => {
      await interest.add({ node: nodeName("a"), incarnation: "a#1" }, groups);
      expect((await interest.of(groups)).size).toBe(3);
      return performance.now() - start > 2 * BRIEF.routes;
    });
    await until(async () => (await interest.of(groups)).size === 0, { what: "the interest to end" });
    expect((await keysOf(servers)).size).toBe(0);
    await close();
  });

  test("routes live on for as long as their node renews, and no longer", async () => {
    const coordination = await openRedis(options(), silentLogger, BRIEF);
    const { nodes, routes } = coordination;
    await nodes.register(chatNode("a"), 60_000);
    await atOnce(20, (i) => routes.bind(session(`s${i}`, { user: userId(i + 1) }), 5));
    const users = Array.from({ length: 20 }, (_, i) => userId(i + 1));
    const start = performance.now();
    await until(async () => {
      await nodes.renew(nodeName("a"), "a#1", { sessions: 20, draining: false }, 60_000);
      expect((await routes.of(users)).size).toBe(20);
      return performance.now() - start > 2 * BRIEF.routes;
    });
    await until(async () => (await routes.of(users)).size === 0, { what: "the routes to end" });
    await nodes.deregister(nodeName("a"), "a#1");
    await coordination.close();
  });
});

test("a device name that is no text at all is stored as well as it can be", async () => {
  const server = await startRedis();
  const { routes, close } = await openRedis(redisOptions(server), silentLogger, BRIEF);
  await routes.bind(session("s", { device: "half \ud800 pair" }), 5);
  expect((await routes.of([alice])).get(alice)).toMatchObject([{ device: "half \ufffd pair" }]);
  await close();
});

describe("the route index", () => {
  test("forgets only what was not touched since it was read", async () => {
    const server = await startRedis();
    const redis = new Connection(redisOptions(server), silentLogger);
    await redis.started(1_000);
    const index = new RouteIndex(redis, BRIEF);
    await index.touch(session("old"));
    await index.touch(session("again"));
    const read = await index.page("a#1");
    expect(read.map((entry) => entry.user)).toEqual([alice, alice]);
    await index.touch(session("again"));
    await index.touch(session("new"));
    expect(await index.forget("a#1", read)).toBe(1);
    const left = (await index.page("a#1")).map((entry) => entry.member);
    expect(left).toEqual([`${alice}:again`, `${alice}:new`]);
    await redis.close();
  });
});
