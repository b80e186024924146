/**
 * @module chat/local-sessions
 * The sessions on this node, by user: the end of every event's way.
 */
import type { Head } from "../domain/entities.ts";
import type { SessionId, UserId } from "../domain/ids.ts";
import { Hub } from "../net/hub.ts";
import type { LocalSessions, UserEvent } from "../services/ports.ts";
import type { BoundSession } from "../services/sessions.ts";
import type { ChatSession } from "./session.ts";

export class NodeSessions implements LocalSessions {
  readonly #hub = new Hub<ChatSession, UserId, SessionId>();

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
    for (const session of this.#hub.all()) if (session.login !== undefined) yield session.login.bound;
  }

  all(): Iterable<ChatSession> {
    return this.#hub.all();
  }

  has(user: UserId): boolean {
    return this.#hub.has(user);
  }

  users(): Iterable<UserId> {
    return this.#hub.userIds();
  }

  deliver(events: readonly UserEvent[]): void {
    for (const event of events) for (const session of this.#hub.of(event.to)) session.receive(event);
  }

  catchUp(user: UserId, head: Head): void {
    for (const session of this.#hub.of(user)) session.catchUp(head);
  }
}
