/**
 * @module coordination/redis/limits
 * Token buckets in Redis.
 */
import type { LimitRule, RateLimiter } from "../coordination.ts";
import { LIMIT_ROUNDING_MS } from "../limits.ts";
import type { Connection } from "./connection.ts";
import { keys } from "./keys.ts";

export class RedisLimits implements RateLimiter {
  readonly #redis: Connection;

  constructor(redis: Connection) {
    this.#redis = redis;
  }

  async take(key: string, { burst, perMs }: LimitRule): Promise<number> {
    return Number(await this.#redis.script("limitTake", keys.limit(key), burst, perMs, LIMIT_ROUNDING_MS));
  }
}
