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
export interface Toll {
  readonly name: LimitName;
  /** Whose bucket it is: a client address, an e-mail, an account. */
  readonly key: string;
  /**
   * Whether addresses from which that account was opened lately have each a bucket of their own. Else whoever knows a
   * name could keep its owner out, by being wrong often enough.
   */
  readonly sparesOwner?: boolean;
}

/** How long an address counts as an account's own after it opened it: 30 days. Milliseconds. */
const OWN_ADDRESS_MS = 30 * 24 * 3_600_000;

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
   * @param from the client's address.
   * @returns whether it is one of the account's own. @throws AppError RATE_LIMITED (retryAfterMs)
   */
  async take(tolls: readonly Toll[], from: string): Promise<boolean> {
    const { limits } = this.#options;
    let known = false;
    for (const { name, key, sparesOwner = false } of tolls) {
      const own = sparesOwner && (await this.#isOwn(key, from));
      known ||= own;
      if (!limits.enabled) continue;
      const waitMs = await this.#take(`http:${name}:${key}${own ? `:${from}` : ""}`, limits[name]);
      if (waitMs > 0) throw new AppError("RATE_LIMITED", { retryAfterMs: waitMs, detail: name });
    }
    return known;
  }

  /** An account was opened from there: whoever does so may be wrong there, whatever others do. */
  async opened(account: string, from: string): Promise<void> {
    await this.#take(ownKey(account, from), { burst: 2, perMs: 2 * OWN_ADDRESS_MS });
  }

  /** A bucket that a success empties for so long says it; to ask takes next to nothing from one that is full. */
  async #isOwn(account: string, from: string): Promise<boolean> {
    return (await this.#take(ownKey(account, from), { burst: 1, perMs: 1 })) > 1;
  }

  async #take(key: string, rule: LimitRule): Promise<number> {
    try {
      return await this.#options.limiter.take(key, rule);
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

const ownKey = (account: string, from: string): string => `http:own:${account}:${from}`;
