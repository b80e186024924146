/**
 * @module services/people/presence
 * Who is there, as far as others may know it. It is told from what the routes say at that moment, with the order of
 * that answer: whoever tells later knows better, so it matters not who is heard last. What cannot be told while
 * coordination or the store is away is told when they are back.
 */
import type { RouteTable } from "../../coordination/coordination.ts";
import type { UserId } from "../../domain/ids.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import { UntilDone } from "../../lib/until-done.ts";
import type { FriendStore } from "../../store/store.ts";
import type { Courier } from "../delivery/courier.ts";
import { type EventOf, only } from "../delivery/events.ts";
import type { LocalSessions } from "../delivery/ports.ts";

export interface PresenceOptions {
  readonly friends: Pick<FriendStore, "reachable" | "isBlocked">;
  readonly routes: Pick<RouteTable, "presence" | "of">;
  readonly local: Pick<LocalSessions, "has" | "deliver" | "told" | "takenForOffline">;
  readonly courier: Pick<Courier, "post" | "online">;
  readonly clock: Clock;
  readonly logger: Logger;
}

type PresenceEvent = EventOf<"presence">;
/** What may be said of somebody, to whomever. */
type PresenceWord = Omit<PresenceEvent, "audience">;

/** Friends asked for at a time. */
const AT_ONCE = 100;
/** Users whose routes are read in one round trip. */
const LOOKED_AT_ONCE = 500;

export class Presence {
  readonly #options: PresenceOptions;
  readonly #telling: UntilDone;

  constructor(options: PresenceOptions) {
    this.#options = options;
    const { logger } = options;
    this.#telling = new UntilDone({
      onFailure: (user, error) => logger.log("debug", "presence.waits", { user, error }),
    });
  }

  /** Tells friends whether the user is there. Never throws. */
  announce(user: UserId): Promise<void> {
    const { friends, courier } = this.#options;
    return this.#telling.run(String(user), async () => {
      const event = await this.#of(user);
      // Asked last: whom it blocked meanwhile was told otherwise, in a later order.
      const users = await friends.reachable(user);
      if (users.length > 0) courier.post([{ ...event, audience: { users } }]);
    });
  }

  /**
   * Tells two whether the other is there, after something between them changed: they became friends, or a block began,
   * with which each is offline to the other, or ended. Never throws.
   */
  introduce(a: UserId, b: UserId): Promise<void> {
    const { friends, courier } = this.#options;
    return this.#telling.run(`${a} ${b}`, async () => {
      const ofB = { ...(await this.#of(b)), audience: only(a) };
      const ofA = { ...(await this.#of(a)), audience: only(b) };
      // Asked last: who changes it once more finds, and tells, a later order.
      const blocked = await friends.isBlocked(a, b);
      const between = blocked
        ? ({ between: "hidden", online: false } as const)
        : ({ between: "open" } as const);
      courier.post([ofB, ofA].map((event) => ({ ...event, ...between })));
    });
  }

  /** Who of the user's friends is there, as far as the user may know. @throws AppError UNAVAILABLE */
  async friendsOf(user: UserId): Promise<PresenceEvent[]> {
    const { friends, courier, local } = this.#options;
    const all = await friends.reachable(user);
    const found = await courier.online(all);
    const online = [...found];
    // Whoever comes later and cannot be told of is found by `refresh`, and so is who was missed just now.
    local.takenForOffline(all.filter((one) => !found.has(one)));
    const words: PresenceWord[] = [];
    for (let from = 0; from < online.length; from += AT_ONCE)
      words.push(...(await Promise.all(online.slice(from, from + AT_ONCE).map((one) => this.#of(one)))));
    if (words.length === 0) return [];
    // Asked again: a block of meanwhile was told in an earlier order than these have.
    const still = new Set(await friends.reachable(user));
    return words
      .filter(({ friend }) => still.has(friend))
      .map((word): PresenceEvent => ({ ...word, audience: only(user) }));
  }

  /**
   * Compares what was told here with how it is, and tells those here who were told otherwise: for when somebody came or
   * went and whoever knew could not tell. Asks for the routes of everybody who was told of, in few round trips. Never
   * throws.
   */
  refresh(): Promise<void> {
    const { local, routes } = this.#options;
    return this.#telling.run("refresh", async () => {
      const told = [...local.told()];
      for (let from = 0; from < told.length; from += LOOKED_AT_ONCE) {
        const some = told.slice(from, from + LOOKED_AT_ONCE);
        const found = await routes.of(some.map(({ friend }) => friend));
        for (const { friend, online, order } of some)
          if (online !== found.has(friend)) await this.#correct(friend, order);
      }
    });
  }

  /** Tells the friends who are here, also where the order went back with a clock. @param before of what they were told */
  async #correct(friend: UserId, before: number): Promise<void> {
    const { friends, local } = this.#options;
    const event = await this.#of(friend);
    const order = Math.max(event.order, before + 1);
    const users = (await friends.reachable(friend)).filter((one) => local.has(one));
    local.deliver([{ ...event, audience: { users }, order }]);
  }

  async #of(friend: UserId): Promise<PresenceWord> {
    const { routes, clock } = this.#options;
    const lastSeen = clock.now();
    return { type: "presence", friend, lastSeen, ...(await routes.presence(friend)) };
  }
}
