/**
 * @module http/limits
 * Rate limits of the HTTP calls. They count well-formed requests only: what is refused for its shape cost
 * nothing but the parsing.
 */
import type { LimitRule, RateLimiter } from "../coordination/coordination.ts";
import { AppError } from "../domain/error.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";

/** The buckets, by the call and what it is counted for; the names are the configuration's. */
export type LimitName =
  | "verification_ip"
  | "verification_email"
  | "registration_ip"
  | "registration_email"
  | "check_ip"
  | "check_email"
  | "reset_ip"
  | "reset_account"
  | "login_ip"
  | "login_account"
  | "resume_ip"
  | "resume_account";

/** The part of section `[Limits]` that concerns HTTP. */
export type HttpLimits = Readonly<Record<LimitName, LimitRule>> & { readonly enabled: boolean };

/** One bucket that a request takes from. */
export type Toll = readonly [name: LimitName, key: string];

/** How often the log says that limits do not hold at the moment. */
const COMPLAIN_EVERY_MS = 10_000;

export interface LimitGuardOptions {
  readonly limiter: RateLimiter;
  readonly limits: HttpLimits;
  readonly logger: Logger;
  readonly clock: Clock;
}

export class LimitGuard {
  readonly #options: LimitGuardOptions;
  #complainedAt = Number.NEGATIVE_INFINITY;

  constructor(options: LimitGuardOptions) {
    this.#options = options;
  }

  /**
   * Takes one from each bucket, in order, up to the first that is empty. With coordination away the request
   * passes: what it asks for needs coordination too and fails by itself, and a check of accounts may go on.
   * @throws AppError RATE_LIMITED (retryAfterMs)
   */
  async take(tolls: readonly Toll[]): Promise<void> {
    if (!this.#options.limits.enabled) return;
    for (const toll of tolls) {
      const waitMs = await this.#take(toll);
      if (waitMs > 0) throw new AppError("RATE_LIMITED", { retryAfterMs: waitMs, detail: toll[0] });
    }
  }

  async #take([name, key]: Toll): Promise<number> {
    const { limiter, limits } = this.#options;
    try {
      return await limiter.take(`http:${name}:${key}`, limits[name]);
    } catch (error) {
      this.#complain(error);
      return 0;
    }
  }

  #complain(error: unknown): void {
    const { logger, clock } = this.#options;
    if (clock.monotonic() - this.#complainedAt < COMPLAIN_EVERY_MS) return;
    this.#complainedAt = clock.monotonic();
    logger.log("warn", "http.limits_off", { error });
  }
}
