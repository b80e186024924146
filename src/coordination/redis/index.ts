/**
 * @module coordination/redis
 * Coordination for many processes, over one Redis, Sentinel or Cluster.
 */
import type { Logger } from "../../lib/log.ts";
import type { Coordination } from "../coordination.ts";
import { type Lifetimes, lifetimes } from "../devices.ts";
import { RedisCodes } from "./codes.ts";
import { Connection } from "./connection.ts";
import { RedisDevices } from "./devices.ts";
import { RedisInterest } from "./interest.ts";
import { RedisLimits } from "./limits.ts";
import { RedisNodes } from "./nodes.ts";
import type { RedisOptions } from "./options.ts";
import { RedisPlacement } from "./placement.ts";
import { RouteIndex } from "./route-index.ts";

/** How long the first connection is waited for before going on without it. */
const START_TIMEOUT_MS = 1_000;

/**
 * Connects; a server that is away is connected to in the background.
 * @param life shorter lives, for tests.
 */
export async function openRedis(
  options: RedisOptions,
  logger: Logger,
  life: Lifetimes = lifetimes,
): Promise<Coordination> {
  const redis = new Connection(options, logger);
  const index = new RouteIndex(redis, life);
  const devices = new RedisDevices(redis, index, life);
  await redis.started(START_TIMEOUT_MS);
  return {
    engine: "redis",
    shared: true,
    codes: new RedisCodes(redis),
    placement: new RedisPlacement(redis),
    nodes: new RedisNodes(redis, index, devices, life),
    routes: devices,
    interest: new RedisInterest(redis, life),
    devices,
    limits: new RedisLimits(redis),
    onRecovered: (callback) => redis.outage.onRecovered(callback),
    ping: () => redis.ping(),
    close: () => redis.close(),
  };
}
