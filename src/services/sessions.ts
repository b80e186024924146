/**
 * @module services/sessions
 * Logins of chat clients: token, route, epoch, resume ticket, presence; and their end. The session objects
 * themselves belong to chat/; here is what the cluster knows of them.
 */
import type { Bound, Coordination, NewSession } from "../coordination/coordination.ts";
import type { Device, EndReason, Profile } from "../domain/entities.ts";
import { AppError } from "../domain/error.ts";
import { type Grant, grantOf } from "../domain/grants.ts";
import { type NodeName, type SessionId, sessionId, type UserId } from "../domain/ids.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import { randomSecret } from "../lib/random.ts";
import type { Store } from "../store/store.ts";
import { coordinated } from "./coordinated.ts";
import type { Courier } from "./courier.ts";
import type { Endings } from "./endings.ts";
import type { UserEvent } from "./events.ts";
import type { Allocator, LocalSessions } from "./ports.ts";

export interface SessionsOptions {
  readonly store: Pick<Store, "accounts" | "profiles" | "friends">;
  readonly coordination: Pick<Coordination, "routes" | "devices">;
  readonly allocator: Allocator;
  readonly courier: Pick<Courier, "post" | "online">;
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

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /**
   * Spends the login token. @returns the account's profile, and what the token was given on.
   * @throws AppError LOGIN_UNSUCCESSFUL (any bad token), LOGIN_INFO_ERROR (no profile), REDIS_UNKOWN_ERROR,
   *   GRPC_ERROR, UNAVAILABLE
   */
  async authenticate(user: UserId, token: string): Promise<{ profile: Profile; grant: Grant }> {
    const { allocator, node, store } = this.#options;
    if (!(await allocator.redeem(user, token, node))) throw new AppError("LOGIN_UNSUCCESSFUL");
    const grant = grantOf(token) ?? { version: await this.#version(user) };
    const profile = await store.profiles.find(user);
    if (profile === undefined) throw new AppError("LOGIN_INFO_ERROR", { detail: "no profile" });
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
   * @throws AppError LOGIN_UNSUCCESSFUL (the ticket it was granted on is void), REDIS_UNKOWN_ERROR
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
   * @throws AppError LOGIN_UNSUCCESSFUL when the account's version is not the granted one any more; UNAVAILABLE
   */
  async requireStanding({ user, session, grant }: BoundSession): Promise<void> {
    if ((await this.#version(user)) === grant.version) return;
    await coordinated(this.#options.coordination.devices.end(user, { session }, "reset"));
    throw new AppError("LOGIN_UNSUCCESSFUL", { detail: "ended while it was granted" });
  }

  /** The client has got the answer with its ticket. Never throws: until then its former one is good, too. */
  async received({ user, session, ticket }: BoundSession): Promise<void> {
    if (ticket === undefined) return;
    await this.#options.coordination.devices
      .received(user, session)
      .catch((error: unknown) => this.#options.logger.log("debug", "session.received_lost", { user, error }));
  }

  /** Removes the route. Never throws: a route that stays behind is reaped with its node or replaced. */
  async unbind(session: BoundSession): Promise<void> {
    try {
      await this.#options.coordination.routes.unbind(session.user, session.session, session.epoch);
    } catch (error) {
      this.#options.logger.log("warn", "session.unbind_failed", { user: session.user, error });
    }
  }

  /** The user's devices, those that are away included; oldest session first. @throws AppError UNAVAILABLE */
  list(user: UserId): Promise<Device[]> {
    return this.#options.coordination.devices.list(user);
  }

  /**
   * Ends a device of the user, by its session: wherever that is, and the right to come back. Resolves when it cannot be
   * served any more, `own` aside, which the caller ends after its answer.
   * @throws AppError INVALID_FIELD when there is none of that id; UNAVAILABLE, with an explanation when it is ended
   *   but not known to be closed
   */
  async revoke(user: UserId, session: string, own: SessionId): Promise<void> {
    const { endings } = this.#options;
    const { found, open } = await endings.end(user, { session: sessionId(session) }, "revoked");
    if (!found) throw new AppError("INVALID_FIELD", { field: "session" });
    const elsewhere = open.filter((route) => route.session !== own);
    if ((await endings.close(elsewhere, "revoked")).length > 0)
      throw new AppError("UNAVAILABLE", {
        explanation:
          "The session cannot come back, but its server does not answer: it may still be there for a moment.",
      });
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
    this.#options.local.deliver([{ type: "end_session", to: user, session, reason }]);
  }

  /**
   * Tells friends whether the user is there, as it is now: whoever tells later knows better (`Presence.order`), so
   * it matters not who is heard last. Never throws: presence is a courtesy.
   */
  async announcePresence(user: UserId): Promise<void> {
    const { store, coordination, courier, clock, logger } = this.#options;
    try {
      const lastSeen = clock.now();
      const { online, order } = await coordination.routes.presence(user);
      // Asked last: whom it blocked meanwhile was told otherwise, in a later order.
      const friends = await store.friends.reachable(user);
      courier.post(
        friends.map((to): UserEvent => ({ type: "presence", to, friend: user, online, lastSeen, order })),
      );
    } catch (error) {
      logger.log("debug", "presence.lost", { user, error });
    }
  }

  /**
   * Tells two whether the other is there, after something between them changed: they became friends, or a block began,
   * with which each is offline to the other, or ended. Never throws.
   */
  async introduce(a: UserId, b: UserId): Promise<void> {
    const { store, coordination, courier, clock, logger } = this.#options;
    try {
      const lastSeen = clock.now();
      const tell = async (to: UserId, friend: UserId) => ({
        type: "presence" as const,
        to,
        friend,
        lastSeen,
        ...(await coordination.routes.presence(friend)),
      });
      const events = [await tell(a, b), await tell(b, a)];
      // Asked last: who changes it once more finds, and tells, a later order.
      const blocked = await store.friends.isBlocked(a, b);
      courier.post(blocked ? events.map((event) => ({ ...event, online: false })) : events);
    } catch (error) {
      logger.log("debug", "presence.lost", { user: a, error });
    }
  }

  /** Friends of the user who are online now, as far as they may know; none while that cannot be told. */
  async friendsOnline(user: UserId): Promise<UserId[]> {
    const { courier, store } = this.#options;
    try {
      return [...(await courier.online(await store.friends.reachable(user)))];
    } catch {
      return [];
    }
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
