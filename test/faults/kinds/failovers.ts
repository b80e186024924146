/**
 * @module faults/kinds/failovers
 * A server that dies for good while its replica takes over. Of the database the replica has every commit that was
 * answered (semi-synchronous replication); of Redis it may lack the last writes, which must cost nobody a text.
 */
import { sqlEngine } from "../../support/engine.ts";
import { startRedis } from "../../support/servers.ts";
import { until } from "../../support/until.ts";
import { bringDown, type Fault } from "../fault.ts";
import { NO_OBSTACLE, OBSTACLE_TO_ALL } from "../obstacles.ts";

const NOTHING = { obstacle: NO_OBSTACLE, mend: () => {} };
const CAUGHT_UP_MS = 20_000;

export const REDIS_FAILOVER: Fault = {
  kind: "redis failover",
  lastsMs: [300, 1_500],
  strike: async ({ world }) => {
    const { redis } = world;
    if (!redis.running) return { target: "redis is down already", ...NOTHING };
    const replica = await startRedis();
    await replica.command("REPLICAOF", redis.host, redis.port);
    const isUp = async () =>
      /master_link_status:up/.test(await replica.command<string>("INFO", "replication")) || !redis.running;
    await until(isUp, { timeoutMs: CAUGHT_UP_MS, what: "the replica of Redis" });
    bringDown(world, redis);
    const mend = async () => {
      await replica.command("REPLICAOF", "NO", "ONE");
      world.redis = replica;
      for (const proxy of world.ways("redis")) proxy.cut();
    };
    return { target: "to its replica", obstacle: NO_OBSTACLE, mend };
  },
};

/** Once in a run: it begins with one replica. */
export const DATABASE_FAILOVER: Fault = {
  kind: "database failover",
  lastsMs: [300, 1_500],
  possible: !sqlEngine.isMySql,
  strike: async ({ world }) => {
    const { successor, database } = world;
    if (successor === undefined) return { target: "no replica left", ...NOTHING };
    if (!(await successor.inStep().catch(() => false))) return { target: "not in step", ...NOTHING };
    world.successor = undefined;
    bringDown(world, database);
    const mend = async () => {
      world.database = await successor.promote();
      for (const proxy of world.ways("database")) proxy.cut();
    };
    return { target: "to its replica", obstacle: OBSTACLE_TO_ALL, mend };
  },
};
