/**
 * @module coordination/memory/limits
 * Token buckets of one process, kept as the one number of GCRA: when the bucket would be full again.
 * An entry ends at that time, so idle keys cost nothing.
 */
import type { Clock } from "../../lib/clock.ts";
import type { LimitRule, RateLimiter } from "../coordination.ts";
import { LIMIT_ROUNDING_MS } from "../limits.ts";
import { ExpiringMap } from "./expiring.ts";

export class MemoryLimits implements RateLimiter {
  readonly #clock: Clock;
  readonly #fullAt: ExpiringMap<string, number>;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#fullAt = new ExpiringMap(clock);
  }

  async take(key: string, rule: LimitRule): Promise<number> {
    const now = this.#clock.monotonic();
    const fullAt = (this.#fullAt.get(key) ?? now) + rule.perMs / rule.burst;
    const wait = Math.ceil(fullAt - now - rule.perMs - LIMIT_ROUNDING_MS);
    if (wait > 0) return wait;
    this.#fullAt.set(key, fullAt, fullAt - now);
    return 0;
  }
}
