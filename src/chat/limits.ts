/**
 * @module chat/limits
 * What a session may cost the others. Every request is paid for (its row in families/) from the session's buckets and
 * from its user's, which all sessions of that user on this node share and which outlive them: to connect anew
 * buys nothing. What is refused is paid for too: who goes on regardless of being told is shown the door, as is
 * who sends one bad frame after another.
 */
import { AppError } from "../domain/error.ts";
import type { UserId } from "../domain/ids.ts";
import { type BucketRule, Buckets } from "../lib/buckets.ts";
import type { Clock } from "../lib/clock.ts";

/** Limits that requests share, `[Limits] session_…` each. */
export type LimitName =
  | "login"
  | "text"
  | "friend"
  | "group"
  | "search"
  | "signal"
  | "history"
  | "cursor"
  | "typing"
  | "profile"
  | "other";

export interface LimitRules {
  /** Of one session. */
  readonly limits: Readonly<Record<LimitName, BucketRule>>;
  /** As many sessions' worth a user may use on this node, over all sessions. */
  readonly sessionsPerUser: number;
  /** Of one session: the price of what was refused for being too much. */
  readonly refused: BucketRule;
}

/** What is kept with each session; a ChatSession is one. */
export interface Spender {
  readonly login: { readonly bound: { readonly user: UserId } } | undefined;
  /** What it has left to spend; made at first use. */
  buckets: Buckets<LimitName | "refused"> | undefined;
  /** Bad frames: how many, since when (monotonic). */
  strikes: number;
  strikesSince: number;
}

/** Bad frames in one window that a connection survives. */
export const MAX_STRIKES = 10;
const STRIKE_WINDOW_MS = 60_000;
/** Fewer users than this are not worth a sweep. */
const MIN_SWEEP = 1_000;

export class ChatLimits {
  readonly #rules: LimitRules | undefined;
  readonly #clock: Clock;
  readonly #users = new Map<UserId, Buckets<LimitName>>();
  #sweepAt = MIN_SWEEP;

  /** @param rules undefined when limits are off; bad frames count all the same. */
  constructor(rules: LimitRules | undefined, clock: Clock) {
    this.#rules = rules;
    this.#clock = clock;
  }

  /** How many users' buckets it holds. */
  get users(): number {
    return this.#users.size;
  }

  /** Takes `cost` tokens of a session and its user. @throws AppError RATE_LIMITED, with nothing taken */
  charge(session: Spender, limit: LimitName, cost: number): void {
    const rule = this.#rules?.limits[limit];
    if (this.#rules === undefined || rule === undefined) return;
    const now = this.#clock.monotonic();
    session.buckets ??= new Buckets();
    const own = session.buckets;
    const user = session.login?.bound.user;
    const shared = user === undefined ? undefined : this.#bucketsOf(user, now);
    const sharedRule = { burst: rule.burst * this.#rules.sessionsPerUser, perMs: rule.perMs };
    const retryAfterMs = Math.max(
      own.wait(limit, rule, cost, now),
      shared?.wait(limit, sharedRule, cost, now) ?? 0,
    );
    if (retryAfterMs > 0) throw new AppError("RATE_LIMITED", { retryAfterMs });
    own.take(limit, rule, cost, now);
    shared?.take(limit, sharedRule, cost, now);
  }

  /** Counts what was refused for being too much. @returns whether the session has had its share and is to be closed. */
  refused(session: Spender, cost: number): boolean {
    if (this.#rules === undefined) return false;
    const now = this.#clock.monotonic();
    session.buckets ??= new Buckets();
    const over = session.buckets.wait("refused", this.#rules.refused, cost, now) > 0;
    session.buckets.take("refused", this.#rules.refused, cost, now);
    return over;
  }

  /** Counts a bad frame. @returns whether the connection has had its share and is to be closed. */
  strike(session: Spender): boolean {
    const now = this.#clock.monotonic();
    if (now - session.strikesSince > STRIKE_WINDOW_MS) {
      session.strikes = 0;
      session.strikesSince = now;
    }
    session.strikes++;
    return session.strikes >= MAX_STRIKES;
  }

  #bucketsOf(user: UserId, now: number): Buckets<LimitName> {
    const known = this.#users.get(user);
    if (known !== undefined) return known;
    if (this.#users.size >= this.#sweepAt) this.#sweep(now);
    const made = new Buckets<LimitName>();
    this.#users.set(user, made);
    return made;
  }

  /** Forgets those who have all their tokens back; next when there are twice as many as stayed. */
  #sweep(now: number): void {
    for (const [user, buckets] of this.#users) if (buckets.isFull(now)) this.#users.delete(user);
    this.#sweepAt = Math.max(MIN_SWEEP, 2 * this.#users.size);
  }
}
