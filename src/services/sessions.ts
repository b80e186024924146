/**
 * @module services/sessions
 * Logins of chat clients: token, route, epoch, resume ticket, presence; and their end. The session objects
 * themselves belong to chat/; here is what the cluster knows of them.
 */
import type { Coordination } from "../coordination/coordination.ts";
import type { Profile, Route } from "../domain/entities.ts";
import { AppError } from "../domain/error.ts";
import { type NodeName, type SessionId, sessionId, type UserId } from "../domain/ids.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import { randomSecret } from "../lib/random.ts";
import type { Store } from "../store/store.ts";
import { coordinated } from "./coordinated.ts";
import type { Courier } from "./courier.ts";
import type { Allocator, EndReason, UserEvent } from "./ports.ts";

export interface SessionsOptions {
  readonly store: Pick<Store, "profiles" | "friends">;
  readonly coordination: Pick<Coordination, "routes" | "tickets">;
  readonly allocator: Allocator;
  readonly courier: Pick<Courier, "post" | "postTo" | "online">;
  readonly node: NodeName;
  readonly incarnation: string;
  readonly maxPerUser: number;
  readonly resumeTtlMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What the cluster knows of a session; chat/ keeps it with the connection. */
export interface BoundSession {
  readonly user: UserId;
  readonly session: SessionId;
  epoch: number;
  readonly device: string;
  readonly name: string;
  readonly since: number;
}

/** Resume tickets a user keeps beyond the sessions it may have: some are of clients that never logged out. */
const SPARE_TICKETS = 5;

export class Sessions {
  readonly #options: SessionsOptions;

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /**
   * Spends the login token. @returns the account's profile.
   * @throws AppError LOGIN_UNSUCCESSFUL (any bad token), LOGIN_INFO_ERROR (no profile), REDIS_UNKOWN_ERROR,
   *   GRPC_ERROR, UNAVAILABLE
   */
  async authenticate(user: UserId, token: string): Promise<Profile> {
    const { allocator, node, store } = this.#options;
    if (!(await allocator.redeem(user, token, node))) throw new AppError("LOGIN_UNSUCCESSFUL");
    const profile = await store.profiles.find(user);
    if (profile === undefined) throw new AppError("LOGIN_INFO_ERROR", { detail: "no profile" });
    return profile;
  }

  /** A new session of a user, not yet bound. */
  make(user: UserId, client: { device: string; name: string }): BoundSession {
    return {
      user,
      session: sessionId(randomSecret(12)),
      epoch: 0,
      since: this.#options.clock.now(),
      ...client,
    };
  }

  /**
   * Binds the route (again, after coordination forgot it) and ends what is over the limit.
   * @throws AppError REDIS_UNKOWN_ERROR when coordination is away
   */
  async bind(session: BoundSession): Promise<void> {
    const { coordination, node, incarnation, maxPerUser, courier } = this.#options;
    const { epoch: _, ...rest } = session;
    const { epoch, evicted } = await coordinated(
      coordination.routes.bind({ ...rest, node, incarnation }, maxPerUser),
    );
    session.epoch = epoch;
    // The evicted routes are gone from the table, so each event goes straight to where the session was.
    for (const route of evicted) void courier.postTo(route, [endSession(route, "kicked")]);
  }

  /** Removes the route. Never throws: a route that stays behind is reaped with its node or replaced. */
  async unbind(session: BoundSession): Promise<void> {
    try {
      await this.#options.coordination.routes.unbind(session.user, session.session, session.epoch);
    } catch (error) {
      this.#options.logger.log("warn", "session.unbind_failed", { user: session.user, error });
    }
  }

  /** A fresh resume ticket, or undefined while coordination is away: the session works without. */
  async ticket(user: UserId): Promise<string | undefined> {
    const { coordination, resumeTtlMs, maxPerUser, logger } = this.#options;
    const ticket = randomSecret();
    try {
      await coordination.tickets.put(user, ticket, resumeTtlMs, maxPerUser + SPARE_TICKETS);
      return ticket;
    } catch (error) {
      logger.log("warn", "session.no_ticket", { user, error });
      return undefined;
    }
  }

  /** Voids the ticket of a session that logged out. */
  async dropTicket(user: UserId, ticket: string): Promise<void> {
    await this.#options.coordination.tickets.remove(user, ticket).catch(() => {});
  }

  /** All sessions of a user, oldest first. @throws AppError UNAVAILABLE */
  async list(user: UserId): Promise<Route[]> {
    return (await this.#options.coordination.routes.of([user])).get(user) ?? [];
  }

  /**
   * Finds one session of the user, wherever it is. @returns what ends it, for after the answer.
   * @throws AppError INVALID_FIELD when there is none of that id; UNAVAILABLE
   */
  async revoke(user: UserId, session: string): Promise<() => void> {
    const route = (await this.list(user)).find((candidate) => candidate.session === session);
    if (route === undefined) throw new AppError("INVALID_FIELD", { field: "session" });
    return () => void this.#options.courier.postTo(route, [endSession(route, "revoked")]);
  }

  /**
   * Tells friends whether the user is there, as it is now: whoever tells later knows better (`Presence.order`), so
   * it matters not who is heard last. Never throws: presence is a courtesy.
   */
  async announcePresence(user: UserId): Promise<void> {
    const { store, coordination, courier, clock, logger } = this.#options;
    try {
      const lastSeen = clock.now();
      const friends = await store.friends.ids(user);
      const { online, order } = await coordination.routes.presence(user);
      courier.post(
        friends.map((to): UserEvent => ({ type: "presence", to, friend: user, online, lastSeen, order })),
      );
    } catch (error) {
      logger.log("debug", "presence.lost", { user, error });
    }
  }

  /** Tells two who became friends whether the other is there. Never throws. */
  async introduce(a: UserId, b: UserId): Promise<void> {
    const { coordination, courier, clock, logger } = this.#options;
    try {
      const lastSeen = clock.now();
      const tell = async (to: UserId, friend: UserId): Promise<UserEvent> => ({
        type: "presence",
        to,
        friend,
        lastSeen,
        ...(await coordination.routes.presence(friend)),
      });
      courier.post([await tell(a, b), await tell(b, a)]);
    } catch (error) {
      logger.log("debug", "presence.lost", { user: a, error });
    }
  }

  /** Friends of the user who are online now; none while that cannot be told. */
  async friendsOnline(user: UserId): Promise<UserId[]> {
    try {
      return [...(await this.#options.courier.online(await this.#options.store.friends.ids(user)))];
    } catch {
      return [];
    }
  }
}

/** The event that ends the session of a route. */
export function endSession(route: Route, reason: EndReason): UserEvent {
  return { type: "end_session", to: route.user, session: route.session, reason };
}
