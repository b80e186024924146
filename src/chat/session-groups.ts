/**
 * @module chat/session-groups
 * The groups that a session is in: what happens in them is told here (local-sessions), and this node is found by them
 * (services/delivery/interests). Whether the session is sent it is decided by its own position in the group's log; what is
 * of a moment, only in those that its client shows.
 */
import type { ConversationId } from "../domain/ids.ts";
import type { Logger } from "../lib/log.ts";
import type { ConversationStore } from "../store/store.ts";
import type { Turns } from "./delivery.ts";
import type { NodeSessions } from "./local-sessions.ts";
import type { ChatSession, Membership } from "./session.ts";

export interface SessionGroupsOptions {
  readonly local: Pick<NodeSessions, "join" | "part">;
  /** Resolves when this node is found by the groups. */
  readonly interests: { enter(conversations: readonly ConversationId[]): Promise<void> };
  readonly conversations: Pick<ConversationStore, "groupsOf" | "head">;
  readonly logger: Logger;
}

const RETRY_MS = 1_000;
/** Groups that a client shows at a time; with one more the first is taken for closed. */
const MAX_OPEN = 8;

export class SessionGroups implements Turns, Membership {
  readonly #options: SessionGroupsOptions;
  readonly #session: ChatSession;
  readonly #groups = new Set<ConversationId>();
  /** In the order in which they were opened. */
  readonly #open = new Set<ConversationId>();

  constructor(session: ChatSession, options: SessionGroupsOptions) {
    this.#session = session;
    this.#options = options;
  }

  async enter(): Promise<void> {
    const { conversations, interests } = this.#options;
    const { login } = this.#session;
    if (login === undefined) return;
    const groups = await conversations.groupsOf(login.bound.user);
    for (const conversation of groups) this.#join(conversation);
    if (groups.length > 0) await interests.enter(groups);
  }

  joined(conversation: ConversationId): void {
    if (!this.#groups.has(conversation)) void this.#listen(conversation);
  }

  setOpen(conversation: ConversationId, isOpen: boolean): void {
    this.#open.delete(conversation);
    if (!isOpen) return;
    this.#open.add(conversation);
    const [first] = this.#open;
    if (this.#open.size > MAX_OPEN && first !== undefined) this.#open.delete(first);
  }

  isOpen(conversation: ConversationId): boolean {
    return this.#open.has(conversation);
  }

  left(conversation: ConversationId): void {
    this.#open.delete(conversation);
    const { login } = this.#session;
    if (this.#groups.delete(conversation) && login !== undefined)
      this.#options.local.part(conversation, login.bound.session);
  }

  leave(): void {
    for (const conversation of this.#groups) this.left(conversation);
  }

  #join(conversation: ConversationId): void {
    const { login } = this.#session;
    // It may be over by now.
    if (login === undefined || !this.#session.isOpen) return;
    this.#groups.add(conversation);
    this.#options.local.join(conversation, login.bound.session, this.#session);
  }

  /** What was said before this node was found is read. */
  async #listen(conversation: ConversationId): Promise<void> {
    const { conversations, interests, logger } = this.#options;
    this.#join(conversation);
    while (this.#groups.has(conversation) && this.#session.isOpen)
      try {
        await interests.enter([conversation]);
        const { login } = this.#session;
        const head = login && (await conversations.head(conversation, login.bound.user));
        if (head !== undefined) login?.delivery.catchUp(conversation, undefined, head.lastSeq);
        return;
      } catch (error) {
        logger.log("warn", "groups.retry", { conversation, error });
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
  }
}
