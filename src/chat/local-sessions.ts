/**
 * @module chat/local-sessions
 * The sessions on this node, by user: the end of every event's way.
 */
import type { ConversationId, SessionId, UserId } from "../domain/ids.ts";
import type { Logger } from "../lib/log.ts";
import { Hub } from "../net/hub.ts";
import type { Members, UserEvent } from "../services/delivery/events.ts";
import type { Growth, LocalSessions, Told } from "../services/delivery/ports.ts";
import type { BoundSession } from "../services/sessions/sessions.ts";
import { PresenceBook } from "./presence-book.ts";
import type { ChatSession } from "./session.ts";

export class NodeSessions implements LocalSessions {
  readonly #hub = new Hub<ChatSession, UserId, SessionId>();
  /** By the groups that they are in. */
  readonly #groups = new Hub<ChatSession, ConversationId, SessionId>();
  readonly #logger: Logger;
  readonly #presence = new PresenceBook();

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

  /** A session is in a group from now on: what is for its members is for it. */
  join(conversation: ConversationId, session: SessionId, item: ChatSession): void {
    this.#groups.add(conversation, session, item);
  }

  part(conversation: ConversationId, session: SessionId): void {
    this.#groups.remove(conversation, session);
  }

  hasGroup(conversation: ConversationId): boolean {
    return this.#groups.has(conversation);
  }

  has(user: UserId): boolean {
    return this.#hub.has(user);
  }

  told(): Iterable<Told> {
    return this.#presence.told();
  }

  takenForOffline(friends: readonly UserId[]): void {
    this.#presence.takenForOffline(friends);
  }

  deliver(events: readonly UserEvent[]): void {
    for (const event of events) {
      const { audience } = event;
      if ("users" in audience) for (const user of audience.users) this.#tellUser(user, event);
      else this.#tellMembers(audience, event);
    }
  }

  /** Tells one session, as it would tell all of its user's. */
  show(user: UserId, session: SessionId, event: UserEvent): void {
    const item = this.#hub.get(user, session);
    if (item === undefined) return;
    if (event.type === "presence" && !this.#presence.acceptsForOne(event, user)) return;
    this.#tell(item, (one) => one.receive(event));
  }

  catchUp(growth: Growth): void {
    for (const session of this.#hub.of(growth.user)) this.#tell(session, (one) => one.catchUp(growth));
  }

  catchUpGroup(conversation: ConversationId, lastSeq: number): void {
    const growth = { conversation, peer: undefined, lastSeq };
    for (const session of this.#groups.of(conversation)) this.#tell(session, (one) => one.catchUp(growth));
  }

  *groupUsers(): Iterable<UserId> {
    const users = new Set<UserId>();
    for (const { login } of this.#hub.all()) if (login?.groups !== undefined) users.add(login.bound.user);
    yield* users;
  }

  #tellUser(user: UserId, event: UserEvent): void {
    if (event.type === "presence" && !this.#presence.accepts(event, user)) return;
    for (const session of this.#hub.of(user)) this.#tell(session, (one) => one.receive(event));
  }

  #tellMembers({ conversation, except = [] }: Members, event: UserEvent): void {
    for (const session of this.#groups.of(conversation)) {
      const user = session.login?.bound.user;
      if (user !== undefined && !except.includes(user)) this.#tell(session, (one) => one.receive(event));
    }
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
}
