/**
 * @module services/uncertain
 * Commits whose answer was lost: the store may hold messages that nobody was told of. A sender that repeats
 * them has them told then (services/announcement); one that never does must not keep them from a receiver who
 * is online. So when the store answers again, what it holds beyond the receivers' cursors is told once more.
 */
import type { UserId } from "../domain/ids.ts";
import type { Logger } from "../lib/log.ts";
import type { MessageStore } from "../store/store.ts";
import type { UserEvent } from "./ports.ts";

export interface UncertainOptions {
  readonly messages: Pick<MessageStore, "undelivered" | "history">;
  readonly post: (events: readonly UserEvent[]) => void;
  readonly logger: Logger;
  /** Time to the first look and between looks, milliseconds. */
  readonly retryMs: number;
}

interface Pair {
  readonly sender: UserId;
  readonly receiver: UserId;
}

/** Conversations remembered; what is forgotten beyond it waits for the receiver's next message or login. */
const MAX_PAIRS = 10_000;
const PAGE = 200;

export class UncertainCommits {
  readonly #options: UncertainOptions;
  #pairs = new Map<string, Pair>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: UncertainOptions) {
    this.#options = options;
  }

  /** Texts of `sender` to `receiver` may or may not have been stored. */
  note(sender: UserId, receiver: UserId): void {
    if (this.#pairs.size >= MAX_PAIRS) return;
    this.#pairs.set(`${sender}:${receiver}`, { sender, receiver });
    this.#schedule();
  }

  #schedule(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#look();
    }, this.#options.retryMs);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    const pairs = [...this.#pairs.entries()];
    const { messages, logger } = this.#options;
    try {
      const receivers = [...new Set(pairs.map(([, { receiver }]) => receiver))];
      const behind = await messages.undelivered(receivers);
      for (const [key, { sender, receiver }] of pairs) {
        const head = behind.find(({ user, head: { peer } }) => user === receiver && peer === sender)?.head;
        if (head !== undefined) await this.#tell(receiver, sender, head.deliveredSeq);
        this.#pairs.delete(key);
      }
    } catch (error) {
      logger.log("debug", "uncertain.retry", { pairs: pairs.length, error });
    }
    if (this.#pairs.size > 0) this.#schedule();
  }

  /** Everything beyond the receiver's cursor, as if it were committed now: sessions drop what they have. */
  async #tell(receiver: UserId, sender: UserId, deliveredSeq: number): Promise<void> {
    const { messages, post } = this.#options;
    let after = deliveredSeq;
    for (;;) {
      const page = await messages.history(receiver, sender, { after, limit: PAGE });
      const last = page?.messages.at(-1);
      if (page === undefined || last === undefined) return;
      post([{ type: "texts", to: receiver, peer: sender, messages: page.messages }]);
      after = last.seq;
    }
  }
}
