/**
 * @module services/sessions/standing
 * Whether the sessions here still have the right to be here. Whoever ends one tells its node, but a node may be
 * paused, cut off, or refuse connections: so it also asks by itself, for all its sessions at once, several times a
 * lease. What it learns that way it learns late; therefore no session is served while there is a doubt, that is, from
 * when the lease has lapsed, and others may have taken this node for dead, until it is held again and all were asked.
 *
 * A round reads, for every 500 users with a session here, their routes and their accounts' versions: two reads.
 * While coordination is away, and was so before the lease lapsed or has been for as long again, sessions go on without it.
 */
import type { RouteTable } from "../../coordination/coordination.ts";
import type { UserId } from "../../domain/ids.ts";
import { Batcher } from "../../lib/batcher.ts";
import type { Clock } from "../../lib/clock.ts";
import { Failing } from "../../lib/failing.ts";
import type { Logger } from "../../lib/log.ts";
import type { AccountStore } from "../../store/store.ts";
import type { Membership } from "../cluster/membership.ts";
import type { BoundSession, Sessions } from "./sessions.ts";

export interface StandingOptions {
  readonly routes: Pick<RouteTable, "of">;
  readonly accounts: Pick<AccountStore, "versions">;
  readonly sessions: Pick<Sessions, "bind" | "unbind" | "endOutdated">;
  readonly membership: () => Pick<Membership, "confirmedAt" | "heldSince" | "failingSince" | "renew">;
  /** How long a lease lasts beyond its confirmation, milliseconds. */
  readonly leaseMs: number;
  /** Every bound session of this node. */
  readonly local: () => Iterable<BoundSession>;
  /** Whether a session is still here; one that left while its route was taken again gives it back. */
  readonly isHere: (session: BoundSession) => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Round {
  readonly reason: string;
  readonly done: () => void;
}

const USERS_AT_ONCE = 500;
/** Routes taken again at a time. */
const BINDS_AT_ONCE = 50;
/** Rounds of a lease. */
const ROUNDS = 3;
const RETRY_MS = 250;

export class Standing {
  readonly #options: StandingOptions;
  readonly #rounds: Batcher<Round>;
  /** When the last round began of which the routes could be read, on the monotonic clock. */
  #checkedAt = Number.NEGATIVE_INFINITY;
  /** Reading the routes. */
  readonly #failing: Failing;
  #settling: Promise<void> | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #stopped = false;

  constructor(options: StandingOptions) {
    this.#options = options;
    this.#failing = new Failing(options.leaseMs);
    this.#rounds = new Batcher<Round>({
      work: (rounds) => this.#round(rounds),
      onBug: (error) => options.logger.log("error", "standing.bug", { error }),
    });
  }

  start(): void {
    this.#timer = setInterval(() => void this.recheckAll("in turn"), this.#options.leaseMs / ROUNDS);
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#timer);
  }

  /**
   * Asks for all sessions here: takes the routes again that were forgotten, and ends the sessions whose right is gone.
   * Resolves after a round that began after the call; never rejects.
   */
  recheckAll(reason: string): Promise<void> {
    return new Promise((done) => this.#rounds.push({ reason, done }));
  }

  /** Resolves when it is known that every session that is still here may be served; undefined when it is. */
  doubt(): Promise<void> | undefined {
    if (this.#isSure) return undefined;
    this.#settling ??= this.#settle().finally(() => {
      this.#settling = undefined;
    });
    return this.#settling;
  }

  get #isSure(): boolean {
    const { membership, leaseMs, clock } = this.#options;
    const lease = membership();
    const now = clock.monotonic();
    if (now - lease.confirmedAt <= leaseMs && lease.heldSince <= this.#checkedAt) return true;
    // Whoever slept finds its connections dead when it wakes: that alone says nothing of coordination.
    const lapsedAt = lease.confirmedAt + leaseMs;
    const isAway = (since: number | undefined) =>
      since !== undefined && (since <= lapsedAt || now - since >= leaseMs);
    return isAway(lease.failingSince) || isAway(this.#failing.since(now));
  }

  async #settle(): Promise<void> {
    const { membership, leaseMs, clock } = this.#options;
    const lease = membership();
    while (!this.#isSure && !this.#stopped) {
      await lease.renew();
      if (clock.monotonic() - lease.confirmedAt <= leaseMs) await this.recheckAll("the lease had lapsed");
      if (!this.#isSure) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  async #round(rounds: readonly Round[]): Promise<void> {
    const { local, clock, logger } = this.#options;
    const begunAt = clock.monotonic();
    const byUser = Map.groupBy(local(), ({ user }) => user);
    const chunks = chunksOf([...byUser.values()], USERS_AT_ONCE);
    try {
      // The store tells of a reset also where coordination cannot be asked.
      for (const chunk of chunks) await this.#endOutdated(chunk.flat());
      for (const chunk of chunks) await this.#bindForgotten(chunk.flat());
      this.#checkedAt = begunAt;
      this.#failing.succeeded();
    } catch (error) {
      this.#failing.failed(begunAt, clock.monotonic());
      const reasons = [...new Set(rounds.map(({ reason }) => reason))];
      logger.log("debug", "standing.unknown", { reasons, error });
    }
    for (const { done } of rounds) done();
  }

  /** While the store is away it tells nothing, and nothing can be stored either. */
  async #endOutdated(here: readonly BoundSession[]): Promise<void> {
    const { accounts, sessions, isHere, logger } = this.#options;
    try {
      const versions = await accounts.versions(usersOf(here));
      for (const session of here)
        if (versions.get(session.user) !== session.grant.version && isHere(session))
          await sessions.endOutdated(session);
    } catch (error) {
      logger.log("debug", "standing.no_versions", { error });
    }
  }

  /** Takes again the routes that are not there; who was ended is ended by that. @throws AppError UNAVAILABLE */
  async #bindForgotten(here: readonly BoundSession[]): Promise<void> {
    const found = await this.#options.routes.of(usersOf(here));
    const forgotten = here.filter(
      ({ user, session }) => !found.get(user)?.some((route) => route.session === session),
    );
    for (const some of chunksOf(forgotten, BINDS_AT_ONCE))
      await Promise.all(some.map((session) => this.#bindAgain(session)));
  }

  async #bindAgain(session: BoundSession): Promise<void> {
    const { sessions, isHere } = this.#options;
    if (!isHere(session)) return;
    await sessions.bind(session);
    if (!isHere(session)) await sessions.unbind(session);
  }
}

const usersOf = (sessions: readonly BoundSession[]): UserId[] => [
  ...new Set(sessions.map(({ user }) => user)),
];

function chunksOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}
