/**
 * @module services/delivery/reconciler
 * Finds what was committed and never told: its node died in between, a stream broke, or coordination was away.
 * Asks the store what changed since then and compares it with what each session here was sent, device by device:
 * what another device of the account has got says nothing about this one. Harmless at any time.
 *
 * Bounded: it reads the conversations that grew in that time and the cursors that moved, in the whole cluster,
 * a row each, whatever the number of sessions here and of their conversations.
 */
import { Batcher } from "../../lib/batcher.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import type { ConversationStore, Grown, Moved, PageRequest } from "../../store/store.ts";
import { only } from "./events.ts";
import type { LocalSessions } from "./ports.ts";

export interface ReconcilerOptions {
  readonly conversations: Pick<ConversationStore, "grownWithin" | "movedWithin">;
  readonly local: Pick<LocalSessions, "has" | "catchUp" | "deliver">;
  /** Resolves when every session here may be served; undefined when that is so now. */
  readonly doubt: () => Promise<void> | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Round {
  readonly reason: string;
  /** From when on something may not have been told here, on the monotonic clock. */
  readonly since: number;
}

/** How much longer than the doubt the window is: a commit may have been under way when it began. Milliseconds. */
const MARGIN_MS = 30_000;
const PAGE = 1_000;
const RETRY_MS = 1_000;

export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #rounds: Batcher<Round>;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    this.#rounds = new Batcher<Round>({
      work: (rounds) => this.#reconcile(rounds),
      onBug: (error) => options.logger.log("error", "reconciler.bug", { error }),
    });
  }

  /**
   * Asks for a round over all sessions of this node; what is asked for during a round starts one more.
   * @param since from when on something may not have been told here: milliseconds of `Clock.monotonic`.
   */
  request(reason: string, since: number): void {
    this.#rounds.push({ reason, since });
  }

  async #reconcile(rounds: readonly Round[]): Promise<void> {
    const { conversations, doubt, clock, logger } = this.#options;
    await doubt();
    const since = Math.min(...rounds.map((round) => round.since));
    const reasons = [...new Set(rounds.map(({ reason }) => reason))];
    const windowMs = clock.monotonic() - since + MARGIN_MS;
    try {
      const grown = await this.#each(
        (page) => conversations.grownWithin(windowMs, page),
        (one: Grown) => this.#grown(one),
      );
      const moved = await this.#each(
        (page) => conversations.movedWithin(windowMs, page),
        (one: Moved) => this.#moved(one),
      );
      logger.log("info", "reconciled", { reasons, window_ms: Math.round(windowMs), grown, moved });
    } catch (error) {
      logger.log("warn", "reconcile.retry", { reasons, error });
      setTimeout(() => this.request(reasons.join(", "), since), RETRY_MS).unref();
    }
  }

  /** Reads all pages. @returns how many rows there were. */
  async #each<T>(
    read: (page: PageRequest) => Promise<{ items: readonly T[]; next: string | undefined }>,
    take: (item: T) => void,
  ): Promise<number> {
    let rows = 0;
    let cursor: string | undefined;
    do {
      const page = await read({ cursor, limit: PAGE });
      for (const item of page.items) take(item);
      rows += page.items.length;
      cursor = page.next;
    } while (cursor !== undefined);
    return rows;
  }

  #grown({ conversation, members, lastSeq }: Grown): void {
    const { local } = this.#options;
    for (const user of members) {
      const peer = members.find((member) => member !== user);
      if (peer !== undefined && local.has(user)) local.catchUp({ user, conversation, peer, lastSeq });
    }
  }

  /** The other side's receipt, and the cursor for the other devices of who moved it: told to who knows less. */
  #moved({ conversation, user, peer, delivered, read }: Moved): void {
    const { local } = this.#options;
    const marks = { conversation, deliveredSeq: delivered, readSeq: read };
    // Members of a group ask for its receipts; its cursors are told with the group's events.
    if (peer === undefined) return;
    if (local.has(peer)) local.deliver([{ type: "receipt", audience: only(peer), peer: user, ...marks }]);
    if (local.has(user)) local.deliver([{ type: "cursor_moved", audience: only(user), peer, ...marks }]);
  }
}
