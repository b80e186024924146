/**
 * @module chat/backlog
 * Reads from the store what a session lacks of its conversations, and hands it on a frame's worth at a time, each when
 * there is room for it: however much was stored in however many conversations, it never fills the session's queue. Pages
 * of a session are therefore read one after the other.
 */
import type { Message } from "../domain/entities.ts";
import type { ConversationId, UserId } from "../domain/ids.ts";
import type { Logger } from "../lib/log.ts";
import { Stint } from "../lib/stint.ts";
import type { MessageStore } from "../store/store.ts";
import type { Outbox } from "./outbox.ts";
import type { Position } from "./positions.ts";
import { takeOneFrame } from "./texts-frame.ts";

export interface BacklogOptions {
  readonly user: UserId;
  readonly messages: Pick<MessageStore, "history">;
  readonly outbox: Pick<Outbox, "room">;
  readonly isOpen: () => boolean;
  /** Takes what follows the position, one frame's worth, and moves it. */
  readonly take: (conversation: ConversationId, position: Position, messages: readonly Message[]) => void;
  /** A conversation has been fetched as far as is known. */
  readonly fetched: () => void;
  readonly logger: Logger;
}

/** A push that overtook another on a different path is given this long before the store is asked. Milliseconds. */
const GAP_GRACE_MS = 20;
const RETRY_MS = 1_000;
/**
 * There is more, and the store does not have it: the connection leads to a server that is the primary no more. It is
 * asked again, for as long as that may last, on whatever connection comes then.
 */
const EMPTY_RETRY_MS = 250;
const MAX_EMPTY = 40;
const PAGE = 200;

export class Backlog {
  readonly #options: BacklogOptions;
  /** The last of the pages that are read, or wait to be. */
  #lastPage: Promise<boolean> | undefined;
  /** Of a backlog that lies in thousands of conversations. */
  readonly #stint = new Stint();

  constructor(options: BacklogOptions) {
    this.#options = options;
  }

  fetchSoon(conversation: ConversationId, position: Position): void {
    setTimeout(() => {
      if (position.seq < position.target && !position.fetching) void this.fetch(conversation, position);
    }, GAP_GRACE_MS);
  }

  /** Hands on what lies between the position and its target. Never throws: it is tried until it is done or the session ends. */
  async fetch(conversation: ConversationId, position: Position): Promise<void> {
    const { isOpen, fetched } = this.#options;
    let empty = 0;
    position.fetching = true;
    while (isOpen() && position.seq < position.target) {
      const some = await this.patiently(conversation, () => {
        const page = () => this.#fetchPage(conversation, position);
        this.#lastPage = this.#lastPage?.then(page, page) ?? page();
        return this.#lastPage;
      });
      if (some !== false) empty = 0;
      else if (++empty > MAX_EMPTY) break;
      else await new Promise((resolve) => setTimeout(resolve, EMPTY_RETRY_MS));
    }
    position.fetching = false;
    fetched();
  }

  /** A page of a conversation with its user's rights. */
  page(conversation: ConversationId, range: { after?: number; before?: number }) {
    const { messages, user } = this.#options;
    return messages.history(conversation, user, { ...range, limit: PAGE });
  }

  /** What a read gives; undefined when it failed, a while after. */
  async patiently<T>(conversation: ConversationId, read: () => Promise<T>): Promise<T | undefined> {
    const { logger, user } = this.#options;
    try {
      return await read();
    } catch (error) {
      logger.log("warn", "delivery.retry", { user, conversation, error });
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      return undefined;
    }
  }

  /** @returns whether there was anything to hand on */
  async #fetchPage(conversation: ConversationId, position: Position): Promise<boolean> {
    const { outbox, isOpen, take } = this.#options;
    await this.#stint.rest();
    const page = await this.page(conversation, { after: position.seq });
    let rest: readonly Message[] = page?.messages ?? [];
    const some = rest.length > 0;
    while (rest.length > 0) {
      await outbox.room();
      if (!isOpen()) return false;
      const taken = takeOneFrame(rest);
      take(conversation, position, taken);
      rest = rest.slice(taken.length);
    }
    return some;
  }
}
