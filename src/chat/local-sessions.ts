/**
 * @module chat/local-sessions
 * The sessions on this node, by user: the end of every event's way.
 */
import type { SessionId, UserId } from "../domain/ids.ts";
import type { Logger } from "../lib/log.ts";
import { Hub } from "../net/hub.ts";
import type { EventOf, UserEvent } from "../services/delivery/events.ts";
import type { Growth, LocalSessions, Told } from "../services/delivery/ports.ts";
import type { BoundSession } from "../services/sessions/sessions.ts";
import type { ChatSession } from "./session.ts";

/** The order in what a node of a former version tells. */
const UNORDERED = 0;
/** Friends whose presence is remembered, about 50 bytes each. */
const MAX_PRESENCE = 100_000;

export class NodeSessions implements LocalSessions {
  readonly #hub = new Hub<ChatSession, UserId, SessionId>();
  readonly #logger: Logger;
  /** What was told last of each friend. */
  readonly #presence = new Map<UserId, { readonly online: boolean; readonly order: number }>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  get count(): number {
    return this.#hub.items;
  }

  add(user: UserId, session: SessionId, item: ChatSession): void {
    this.#hub.add(user, session, item);
  }

  remove(user: UserId, session: SessionId): void {
    this.#hub.remove(user, session);
  }

  find(user: UserId, session: SessionId): ChatSession | undefined {
    return this.#hub.get(user, session);
  }

  /** What the cluster knows of the sessions here. */
  *bound(): Iterable<BoundSession> {
    for (const { login } of this.#hub.all())
      if (login !== undefined && login.bound.born > 0) yield login.bound;
  }

  all(): Iterable<ChatSession> {
    return this.#hub.all();
  }

  has(user: UserId): boolean {
    return this.#hub.has(user);
  }

  *told(): Iterable<Told> {
    for (const [friend, { online }] of this.#presence) yield { friend, online };
  }

  takenForOffline(friends: readonly UserId[]): void {
    for (const friend of friends)
      if (!this.#presence.has(friend) && this.#presence.size < MAX_PRESENCE)
        this.#presence.set(friend, { online: false, order: UNORDERED });
  }

  deliver(events: readonly UserEvent[]): void {
    for (const event of events) {
      if (event.type === "presence" && this.#isStale(event)) continue;
      for (const session of this.#hub.of(event.to)) this.#tell(session, (one) => one.receive(event));
    }
  }

  /** Tells one session, as it would tell all of its user's. */
  show(session: ChatSession, event: UserEvent): void {
    if (event.type === "presence" && this.#isStale(event)) return;
    this.#tell(session, (one) => one.receive(event));
  }

  catchUp(growth: Growth): void {
    for (const session of this.#hub.of(growth.user)) this.#tell(session, (one) => one.catchUp(growth));
  }

  /**
   * What is told here was decided elsewhere and stands. A session that cannot be told loses its connection, and
   * comes back to what the store holds; its neighbours, and who tells, never learn of it.
   */
  #tell(session: ChatSession, tell: (session: ChatSession) => void): void {
    try {
      tell(session);
    } catch (error) {
      this.#logger.log("error", "session.bug", { user: session.login?.bound.user, error });
      session.connection.destroy("error");
    }
  }

  /** Whether something newer was told of that friend: nodes tell by different ways, and one may be late. */
  #isStale({ friend, online, order }: EventOf<"presence">): boolean {
    if (order === UNORDERED) return false;
    if (order < (this.#presence.get(friend)?.order ?? 0)) return true;
    // The latest at the end: what is forgotten first was not told for longest.
    this.#presence.delete(friend);
    this.#presence.set(friend, { online, order });
    if (this.#presence.size > MAX_PRESENCE)
      for (const oldest of this.#presence.keys().take(MAX_PRESENCE / 10)) this.#presence.delete(oldest);
    return false;
  }
}
