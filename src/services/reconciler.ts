/**
 * @module services/reconciler
 * Finds messages that were committed and never delivered: their node died in between, a stream broke, or
 * coordination was away. Compares what the store holds with what this node's sessions were sent, and has
 * them sent the rest. Harmless at any time: sessions know what they have got.
 */
import type { UserId } from "../domain/ids.ts";
import { Batcher } from "../lib/batcher.ts";
import type { Logger } from "../lib/log.ts";
import type { MessageStore } from "../store/store.ts";
import type { LocalSessions } from "./ports.ts";

export interface ReconcilerOptions {
  readonly messages: Pick<MessageStore, "undelivered">;
  readonly local: Pick<LocalSessions, "users" | "catchUp">;
  readonly logger: Logger;
}

/** Users whose conversations are compared in one query. */
const CHUNK = 500;
const RETRY_MS = 1_000;

export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #rounds: Batcher<string>;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    this.#rounds = new Batcher<string>({
      work: (reasons) => this.#reconcile(reasons),
      onBug: (error) => options.logger.log("error", "reconciler.bug", { error }),
    });
  }

  /** Asks for a round over all sessions of this node; what is asked for during a round starts one more. */
  request(reason: string): void {
    this.#rounds.push(reason);
  }

  async #reconcile(reasons: readonly string[]): Promise<void> {
    const { messages, local, logger } = this.#options;
    const users = [...local.users()];
    let found = 0;
    try {
      for (let from = 0; from < users.length; from += CHUNK) {
        const behind = await messages.undelivered(users.slice(from, from + CHUNK) as UserId[]);
        for (const { user, head } of behind) local.catchUp(user, head);
        found += behind.length;
      }
      logger.log("info", "reconciled", {
        reasons: [...new Set(reasons)],
        users: users.length,
        conversations: found,
      });
    } catch (error) {
      logger.log("warn", "reconcile.retry", { error });
      setTimeout(() => this.request("retry"), RETRY_MS).unref();
    }
  }
}
