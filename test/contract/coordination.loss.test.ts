/**
 * @module contract/coordination.loss
 * Redis away, hanging, back, failing over: calls fail soon and say why, and all recovers without a new object.
 */
import { afterEach, describe, expect, test } from "bun:test";
import type { Coordination } from "../../src/coordination/coordination.ts";
import { openCoordination } from "../../src/coordination/open.ts";
import type { RedisOptions } from "../../src/coordination/redis/options.ts";
import { AppError } from "../../src/domain/error.ts";
import { conversationId, userId } from "../../src/domain/ids.ts";
import type { LogFields, Logger } from "../../src/lib/log.ts";
import { type RedisServer, startRedis, startRedisCluster, startSentinel } from "../support/servers.ts";
import { until } from "../support/until.ts";
import { alice, atOnce, chatNode, LONG, redisOptions, session } from "./coordination.fixture.ts";

/** What "within about a second" may take on a busy machine, milliseconds. */
const SOON = 2_000;

const open: Coordination[] = [];
afterEach(async () => {
  for (const coordination of open.splice(0)) await coordination.close();
});

interface Opened {
  readonly coordination: Coordination;
  /** How often `onRecovered` called back. */
  recoveries(): number;
  /** Events that were logged, with their fields. */
  readonly logged: [event: string, fields: LogFields | undefined][];
}

async function openOn(redis: RedisOptions): Promise<Opened> {
  const logged: Opened["logged"] = [];
  const logger: Logger = { log: (_level, event, fields) => logged.push([event, fields]) };
  const coordination = await openCoordination({ engine: "redis", redis }, logger);
  open.push(coordination);
  let recovered = 0;
  coordination.onRecovered(() => {
    recovered += 1;
  });
  return { coordination, recoveries: () => recovered, logged };
}

/** The error of a call that must fail with UNAVAILABLE soon. */
async function loss(call: Promise<unknown>): Promise<AppError> {
  const start = performance.now();
  const thrown = await call.then(
    (value) => new Error(`it answered ${value}`),
    (error: unknown) => error,
  );
  expect(performance.now() - start).toBeLessThan(SOON);
  expect(thrown).toBeInstanceOf(AppError);
  expect((thrown as AppError).codeName).toBe("UNAVAILABLE");
  return thrown as AppError;
}

/** One call of every kind of command and script. */
async function useAll({
  codes,
  nodes,
  placement,
  routes,
  devices,
  interest,
  limits,
  ping,
}: Coordination): Promise<void> {
  await ping();
  await codes.put("ann@example.com", "123456", LONG);
  expect(await codes.check("ann@example.com", "123456", 5)).toBe("ok");
  await codes.reserve("ann@example.com", LONG);
  expect(await nodes.register(chatNode("a"), LONG)).toBe(true);
  expect((await placement.allocate(alice, "t", LONG))?.incarnation).toBe("a#1");
  const begun = session("s", { ticket: { secret: "t", ttlMs: LONG } });
  const { epoch } = await routes.bind(begun, 5);
  expect((await routes.of([alice])).size).toBe(1);
  expect(await routes.unbind(alice, begun.session, epoch)).toBe(true);
  expect(await devices.check(alice, "t")).toBeDefined();
  await interest.add({ node: begun.node, incarnation: begun.incarnation }, [conversationId(1)]);
  expect((await interest.of([conversationId(1)])).size).toBe(1);
  expect(await limits.take("k", { burst: 1_000, perMs: LONG })).toBe(0);
}

describe("one server", () => {
  test("killed and started empty: calls fail soon, then work again on the same object", async () => {
    const server = await startRedis({ persist: false });
    const { coordination, recoveries, logged } = await openOn(redisOptions(server));
    await useAll(coordination);

    server.pause(); // So that none of these is answered before the kill.
    const underWay = atOnce(200, (i) => loss(coordination.limits.take(`k${i}`, { burst: 1, perMs: LONG })));
    await server.kill();
    await loss(coordination.ping());
    await atOnce(500, (i) => loss(coordination.limits.take(`k${i}`, { burst: 1, perMs: LONG })));
    await underWay;
    expect(recoveries()).toBe(0);

    await server.start();
    await until(() => recoveries() === 1);
    await useAll(coordination);
    expect(recoveries()).toBe(1);
    expect(logged.map(([event]) => event)).toContain("redis.lost");
    expect(logged.at(-1)?.[0]).toBe("redis.recovered");
  });

  test("hanging: calls fail within about a second, and it counts as lost", async () => {
    const server = await startRedis();
    const { coordination, recoveries } = await openOn(redisOptions(server));
    await useAll(coordination);
    server.pause();
    try {
      await Promise.all([loss(coordination.ping()), loss(coordination.routes.bind(session("s"), 5))]);
      expect((await loss(coordination.nodes.list())).message).toContain("timed out");
    } finally {
      server.resume();
    }
    await until(() => recoveries() === 1);
    await useAll(coordination);
  });

  test("scripts that the server forgot are sent again", async () => {
    const server = await startRedis();
    const { coordination } = await openOn(redisOptions(server));
    await useAll(coordination);
    await server.command("SCRIPT", "FLUSH");
    await useAll(coordination);
    await server.command("SCRIPT", "FLUSH");
    const taken = await atOnce(100, () => coordination.limits.take("burst", { burst: 10, perMs: LONG }));
    expect(taken.filter((wait) => wait === 0)).toHaveLength(10);
  });

  test("not there yet: opening does not fail, and it works when the server comes", async () => {
    const server = await startRedis();
    await server.kill();
    const start = performance.now();
    const { coordination, recoveries } = await openOn(redisOptions(server));
    expect(performance.now() - start).toBeLessThan(SOON);
    expect((await loss(coordination.ping())).message).toContain(`redis 127.0.0.1:${server.port}`);
    await server.start();
    await until(() => recoveries() === 1);
    await useAll(coordination);
  });

  test("a callback that was taken back is not called", async () => {
    const server = await startRedis();
    const { coordination, recoveries } = await openOn(redisOptions(server));
    let called = 0;
    coordination.onRecovered(() => {
      called += 1;
    })();
    await server.restart();
    await until(() => recoveries() === 1);
    expect(called).toBe(0);
  });

  test("closing while it is away ends soon, and nothing is tried afterwards", async () => {
    const server = await startRedis();
    const { coordination } = await openOn(redisOptions(server));
    await server.kill();
    await loss(coordination.ping());
    const start = performance.now();
    await coordination.close();
    expect(performance.now() - start).toBeLessThan(SOON);
    await loss(coordination.ping());
  });
});

describe("credentials", () => {
  test.each([
    ["a wrong password", { password: "s3cret" }, { password: "wr0ng" }, "WRONGPASS"],
    ["no password", { password: "s3cret" }, { password: "" }, "NOAUTH"],
    ["an unknown user", { username: "chatsrv", password: "s3cret" }, { username: "nobody" }, "WRONGPASS"],
  ] as const)("%s: each call fails and says so, without the password", async (_, server, mine, reason) => {
    const { coordination, logged } = await openOn(redisOptions(await startRedis(server), mine));
    for (const call of [coordination.ping(), coordination.routes.of([alice]), coordination.nodes.list()]) {
      const { message } = await loss(call);
      expect(message).toContain(reason);
      expect(message).not.toContain("wr0ng");
    }
    const lines = logged.filter(([event]) => event === "redis.lost");
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.length).toBeLessThan(5);
    expect(JSON.stringify(lines)).not.toContain("wr0ng");
  });

  test("a user without the right to the keys: the call says so, and the server does not count as lost", async () => {
    const server = await startRedis({ username: "chatsrv", password: "s3cret", keys: "other:*" });
    const { coordination, recoveries, logged } = await openOn(redisOptions(server));
    expect((await loss(coordination.nodes.list())).message).toContain("NOPERM");
    expect((await loss(coordination.codes.put("ann@example.com", "1", LONG))).message).toContain("NOPERM");
    await coordination.ping();
    expect(recoveries()).toBe(0);
    expect(logged).toEqual([]);
  });
});

describe("a cluster", () => {
  const clusterOf = (nodes: readonly RedisServer[]) =>
    redisOptions(nodes[0] as RedisServer, { clusterNodes: nodes.map(({ host, port }) => ({ host, port })) });
  /** Routes of users enough that every node holds some. */
  const everywhere = Array.from({ length: 50 }, (_, i) => userId(i + 1));

  test("one node killed: its keys fail soon, the others go on; all works when it is back", async () => {
    const { nodes } = await startRedisCluster();
    const { coordination, recoveries } = await openOn(clusterOf(nodes));
    await useAll(coordination);
    await nodes[1].kill();
    const results = await Promise.allSettled(everywhere.map((user) => coordination.routes.of([user])));
    const failed = results.filter((result) => result.status === "rejected");
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.length).toBeLessThan(everywhere.length);
    await loss(coordination.routes.of(everywhere));
    await loss(coordination.ping());
    expect(recoveries()).toBe(0);

    await nodes[1].start();
    await until(() => recoveries() === 1, { timeoutMs: 20_000 });
    expect((await coordination.routes.of(everywhere)).size).toBe(0);
    await useAll(coordination);
  });

  test("one node hanging: its keys fail within about a second, the others go on", async () => {
    const { nodes } = await startRedisCluster();
    const { coordination, recoveries } = await openOn(clusterOf(nodes));
    await useAll(coordination);
    nodes[1].pause();
    try {
      const results = await Promise.allSettled(everywhere.map((user) => coordination.routes.of([user])));
      const failed = results.filter((result) => result.status === "rejected");
      expect(failed.length).toBeGreaterThan(0);
      expect(failed.length).toBeLessThan(everywhere.length);
      for (let i = 0; i < 3; i += 1) await loss(coordination.routes.of(everywhere));
      await Promise.all(Array.from({ length: 20 }, () => loss(coordination.ping())));
    } finally {
      nodes[1].resume();
    }
    await until(() => recoveries() > 0, { timeoutMs: 20_000 });
    await until(() => useAll(coordination).then(() => true), { timeoutMs: 10_000 });
  });

  test("all killed, then started", async () => {
    const { nodes } = await startRedisCluster();
    const { coordination, recoveries } = await openOn(clusterOf(nodes));
    await useAll(coordination);
    await Promise.all(nodes.map((node) => node.kill()));
    await loss(coordination.routes.of(everywhere));
    await loss(coordination.ping());
    await Promise.all(nodes.map((node) => node.start()));
    await until(() => recoveries() > 0, { timeoutMs: 20_000 });
    await useAll(coordination);
  });

  test("not there yet, or a wrong password: opening does not fail, calls say why", async () => {
    const { nodes } = await startRedisCluster({ password: "s3cret" });
    const wrong = await openOn({ ...clusterOf(nodes), password: "wr0ng" });
    expect((await loss(wrong.coordination.ping())).message).toContain("WRONGPASS");
    expect((await loss(wrong.coordination.routes.of(everywhere))).message).toContain("WRONGPASS");
    await Promise.all(nodes.map((node) => node.kill()));
    const early = await openOn(clusterOf(nodes));
    await loss(early.coordination.ping());
    await Promise.all(nodes.map((node) => node.start()));
    await until(() => early.recoveries() > 0, { timeoutMs: 20_000 });
    await useAll(early.coordination);
  });
});

describe("sentinel", () => {
  test("works, fails over when the primary dies, and works on the new one", async () => {
    const { primary, sentinel, name } = await startSentinel({ password: "s3cret" });
    const redis = redisOptions(primary, {
      sentinelNodes: [{ host: sentinel.host, port: sentinel.port }],
      sentinelName: name,
    });
    const { coordination, recoveries } = await openOn(redis);
    await useAll(coordination);
    await primary.kill();
    await loss(coordination.ping());
    await until(() => recoveries() > 0, { timeoutMs: 30_000 });
    await until(() => useAll(coordination).then(() => true), { timeoutMs: 10_000 });
  }, 60_000);

  for (const [what, own] of [
    ["a password", { password: "watch-word" }],
    ["an ACL user", { username: "watcher", password: "watch-word" }],
  ] as const)
    test(`with ${what} of its own, which is not the servers'`, async () => {
      const { primary, sentinel, name } = await startSentinel({ password: "s3cret", own });
      const sentinelNodes = [{ host: sentinel.host, port: sentinel.port }];
      const wrong = await openOn(redisOptions(primary, { sentinelNodes, sentinelName: name }));
      expect((await loss(wrong.coordination.ping())).message).toContain("sentinel");
      const right = await openOn(
        redisOptions(primary, {
          ...{ sentinelNodes, sentinelName: name },
          ...{ sentinelUsername: own.username ?? "", sentinelPassword: own.password },
        }),
      );
      await useAll(right.coordination);
      await primary.kill();
      await until(() => right.recoveries() > 0, { timeoutMs: 30_000 });
      await until(() => useAll(right.coordination).then(() => true), { timeoutMs: 10_000 });
    }, 60_000);

  test("not there yet: opening does not fail, calls fail soon", async () => {
    const { primary, sentinel, name } = await startSentinel();
    await sentinel.kill();
    const redis = redisOptions(primary, {
      sentinelNodes: [{ host: sentinel.host, port: sentinel.port }],
      sentinelName: name,
    });
    const { coordination, recoveries } = await openOn(redis);
    expect((await loss(coordination.ping())).message).toContain("sentinel");
    await sentinel.start();
    await until(() => recoveries() === 1);
    await useAll(coordination);
  });
});
