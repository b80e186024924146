/**
 * @module coordination/open
 * Chooses the coordination adapter. The one place where the engines' names are compared.
 */
import { type Clock, systemClock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import type { Coordination } from "./coordination.ts";
import { openMemory } from "./memory/index.ts";
import { openRedis } from "./redis/index.ts";
import type { RedisOptions } from "./redis/options.ts";

export type CoordinationOptions =
  | { readonly engine: "memory"; readonly path: string; readonly redis?: RedisOptions }
  | { readonly engine: "redis"; readonly path?: string; readonly redis: RedisOptions };

/**
 * Opens the adapter that the configuration names. A Redis that cannot be reached is no error here: it is
 * connected to in the background, and meanwhile every call is UNAVAILABLE.
 * @param clock for the memory adapter; Redis goes by its server's own time.
 */
export async function openCoordination(
  options: CoordinationOptions,
  logger: Logger,
  clock: Clock = systemClock,
): Promise<Coordination> {
  switch (options.engine) {
    case "memory":
      return openMemory({ path: options.path, clock, logger });
    case "redis":
      return openRedis(options.redis, logger);
  }
}
