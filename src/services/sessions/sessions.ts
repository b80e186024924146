/**
 * @module services/sessions/sessions
 * Logins of chat clients: token, route, epoch, resume ticket; and their end. The session objects
 * themselves belong to chat/; here is what the cluster knows of them.
 */
import type { Bound, Coordination, NewSession } from "../../coordination/coordination.ts";
import type { Device, EndReason, Profile } from "../../domain/entities.ts";
import { AppError } from "../../domain/error.ts";
import { type Grant, grantOf } from "../../domain/grants.ts";
import { type NodeName, type SessionId, sessionId, type UserId } from "../../domain/ids.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import { randomSecret } from "../../lib/random.ts";
import { UntilDone } from "../../lib/until-done.ts";
import type { Store } from "../../store/store.ts";
import { coordinated } from "../coordinated.ts";
import { only } from "../delivery/events.ts";
import type { LocalSessions } from "../delivery/ports.ts";
import type { Presence } from "../people/presence.ts";
import type { Allocator } from "../ports.ts";
import type { Endings } from "./endings.ts";

export interface SessionsOptions {
  readonly store: Pick<Store, "accounts" | "profiles">;
  readonly coordination: Pick<Coordination, "routes" | "devices">;
  readonly allocator: Allocator;
  readonly presence: Pick<Presence, "announce">;
  readonly endings: Pick<Endings, "end" | "close">;
  readonly local: Pick<LocalSessions, "deliver">;
  readonly node: NodeName;
  readonly incarnation: string;
  readonly maxPerUser: number;
  readonly resumeTtlMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A client as it presents itself. */
export interface Client {
  /** Its own id of itself; undefined for none. */
  readonly device: string | undefined;
  readonly name: string;
  /** Whether it can come back with a ticket. */
  readonly resumes: boolean;
}

/** What the cluster knows of a session; chat/ keeps it with the connection. */
export interface BoundSession {
  readonly user: UserId;
  readonly session: SessionId;
  readonly name: string;
  readonly since: number;
  readonly grant: Grant;
  /** Lets its device come back; undefined where the client cannot. */
  readonly ticket: string | undefined;
  /** What the client calls itself; undefined for nothing. */
  readonly claimed: string | undefined;
  /** What it goes by, from the bind on. */
  device: string;
  epoch: number;
  /** The epoch of its first bind; 0 before it. */
  born: number;
}

export class Sessions {
  readonly #options: SessionsOptions;
  readonly #leaving: UntilDone;

  constructor(options: SessionsOptions) {
    this.#options = options;
    const { logger } = options;
    this.#leaving = new UntilDone({
      onFailure: (session, error) => logger.log("warn", "session.unbind_failed", { session, error }),
    });
  }

  /**
   * Spends the login token. @returns the account's profile, and what the token was given on.
   * @throws AppError TOKEN_REFUSED (any bad token), WRONG_CREDENTIALS (no profile), COORDINATION_AWAY,
   *   PEER_AWAY, UNAVAILABLE
   */
  async authenticate(user: UserId, token: string): Promise<{ profile: Profile; grant: Grant }> {
    const { allocator, node, store } = this.#options;
    if (!(await allocator.redeem(user, token, node))) throw new AppError("TOKEN_REFUSED");
    const grant = grantOf(token) ?? { version: await this.#version(user) };
    const profile = await store.profiles.find(user);
    if (profile === undefined) throw new AppError("WRONG_CREDENTIALS", { detail: "no profile" });
    return { profile, grant };
  }

  /** A new session of a user, not yet bound. */
  make(user: UserId, grant: Grant, { device, name, resumes }: Client): BoundSession {
    const session = sessionId(randomSecret(12));
    return {
      user,
      session,
      name,
      since: this.#options.clock.now(),
      grant,
      ticket: resumes ? randomSecret() : undefined,
      claimed: device,
      device: device ?? session,
      epoch: 0,
      born: 0,
    };
  }

  /**
   * Binds the route, with the ticket, and ends what has to go for it: the device's own earlier session, then what is
   * over the limit. A session that is bound again, after coordination forgot it, is ended itself when its right is gone.
   * @throws AppError TOKEN_REFUSED (the ticket it was granted on is void), COORDINATION_AWAY
   */
  async bind(session: BoundSession): Promise<void> {
    const { routes } = this.#options.coordination;
    const { maxPerUser } = this.#options;
    const { device, born, grant } = session;
    const claim = this.#claim(session);
    const bound = await coordinated<Bound | EndReason>(
      born === 0
        ? routes.bind(claim, maxPerUser, grant.through)
        : routes.rebind({ ...claim, device, born }, maxPerUser),
    );
    if (typeof bound === "string") this.endHere(session, bound);
    else this.#bound(session, bound);
  }

  /**
   * Looks again, after the bind: a reset that came before it did not see the session, so the session has to see it.
   * @throws AppError TOKEN_REFUSED when the account's version is not the granted one any more; UNAVAILABLE
   */
  async requireStanding({ user, session, grant }: BoundSession): Promise<void> {
    if ((await this.#version(user)) === grant.version) return;
    await coordinated(this.#options.coordination.devices.end(user, { session }, "reset"));
    throw new AppError("TOKEN_REFUSED", { detail: "ended while it was granted" });
  }

  /** The client has got the answer with its ticket. Never throws: until then its former one is good, too. */
  async received({ user, session, ticket }: BoundSession): Promise<void> {
    if (ticket === undefined) return;
    await this.#options.coordination.devices
      .received(user, session)
      .catch((error: unknown) => this.#options.logger.log("debug", "session.received_lost", { user, error }));
  }

  /**
   * Removes the route and tells friends. Never throws: while coordination is away it is tried again and again, for a
   * route that stays behind under a live node would be somebody who never leaves.
   */
  unbind({ user, session, epoch }: BoundSession): Promise<void> {
    const { coordination, presence } = this.#options;
    return this.#leaving.run(`${user} ${session}`, async () => {
      await coordination.routes.unbind(user, session, epoch);
      await presence.announce(user);
    });
  }

  /** The user's devices, those that are away included; oldest session first. @throws AppError UNAVAILABLE */
  list(user: UserId): Promise<Device[]> {
    return this.#options.coordination.devices.list(user);
  }

  /**
   * Ends a device of the user, by its session or the one before: wherever that is, and the right to come back. Resolves
   * when it cannot be served any more, `own` aside.
   * @returns whether `own` is over, too: the caller ends it after its answer.
   * @throws AppError INVALID_FIELD when there is none of that id; UNAVAILABLE, with an explanation when it is ended
   *   but not known to be closed
   */
  async revoke(user: UserId, session: string, own: SessionId): Promise<boolean> {
    const { endings } = this.#options;
    const { found, open } = await endings.end(user, { knownBy: sessionId(session) }, "revoked");
    if (!found) throw new AppError("INVALID_FIELD", { field: "session" });
    const elsewhere = open.filter((route) => route.session !== own);
    if ((await endings.close(elsewhere, "revoked")).length > 0)
      throw new AppError("UNAVAILABLE", {
        explanation:
          "The session cannot come back, but its server does not answer: it may still be there for a moment.",
      });
    return elsewhere.length < open.length;
  }

  /** Ends a device by its own wish: it cannot come back. The caller closes the session. @throws AppError UNAVAILABLE */
  async logOut({ user, session, ticket }: BoundSession): Promise<void> {
    if (ticket !== undefined) await this.#options.endings.end(user, { session }, "revoked");
  }

  /** Ends one of this node's own sessions, and its device, because the account's version has moved on. Never throws. */
  async endOutdated(session: BoundSession): Promise<void> {
    const { endings, logger } = this.#options;
    this.endHere(session, "reset");
    await endings
      .end(session.user, { session: session.session }, "reset")
      // Worth nothing under the new version all the same.
      .catch((error: unknown) => logger.log("debug", "session.end_lost", { user: session.user, error }));
  }

  /** Ends one of this node's own sessions. */
  endHere({ user, session }: BoundSession, reason: EndReason): void {
    this.#options.local.deliver([{ type: "end_session", audience: only(user), session, reason }]);
  }

  #claim({ user, session, claimed, name, since, grant, ticket }: BoundSession): NewSession {
    const { node, incarnation, resumeTtlMs } = this.#options;
    return {
      user,
      session,
      node,
      incarnation,
      device: claimed,
      name,
      since,
      version: grant.version,
      ticket: ticket === undefined ? undefined : { secret: ticket, ttlMs: resumeTtlMs },
    };
  }

  #bound(session: BoundSession, { epoch, device, replaced, evicted }: Bound): void {
    session.epoch = epoch;
    session.device = device;
    if (session.born === 0) session.born = epoch;
    // Not waited for: who cannot be told notices when its node asks again.
    void this.#options.endings.close(replaced, "replaced");
    void this.#options.endings.close(evicted, "kicked");
  }

  async #version(user: UserId): Promise<number> {
    return (await this.#options.store.accounts.versions([user])).get(user) ?? 0;
  }
}
