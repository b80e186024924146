/**
 * @module services/delivery/reconciler
 * Finds what was committed and never told: its node died in between, a stream broke, or coordination was away.
 * Asks the store what changed since then and compares it with what each session here was sent, device by device:
 * what another device of the account has got says nothing about this one. Harmless at any time.
 *
 * Bounded: it reads the conversations that grew in that time and the cursors that moved, in the whole cluster,
 * a row each, whatever the number of sessions here and of their conversations; of a group never its members. Who is
 * here and in one of the groups is known here; where a group grew, the groups of everybody else who is here are read
 * too, as one of them may have been added to it: as much as at their logins.
 */
import type { ConversationId } from "../../domain/ids.ts";
import { Batcher } from "../../lib/batcher.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import type { ConversationStore, Grown, Moved, PageRequest } from "../../store/store.ts";
import { only } from "./events.ts";
import type { LocalSessions } from "./ports.ts";

export interface ReconcilerOptions {
  readonly conversations: Pick<ConversationStore, "grownWithin" | "movedWithin" | "groupsOf">;
  readonly local: Pick<LocalSessions, "has" | "catchUp" | "catchUpGroup" | "groupUsers" | "deliver">;
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
/** Users whose groups are read at a time. */
const USERS_AT_ONCE = 20;

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
      const groups = new Map<ConversationId, number>();
      const grown = await this.#each(
        (page) => conversations.grownWithin(windowMs, page),
        (one: Grown) => this.#grown(one, groups),
      );
      if (groups.size > 0) await this.#findAdded(groups);
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

  #grown({ conversation, kind, members, lastSeq }: Grown, groups: Map<ConversationId, number>): void {
    const { local } = this.#options;
    if (kind === "group") {
      groups.set(conversation, lastSeq);
      local.catchUpGroup(conversation, lastSeq);
    }
    for (const user of members) {
      const peer = members.find((member) => member !== user);
      if (peer !== undefined && local.has(user)) local.catchUp({ user, conversation, peer, lastSeq });
    }
  }

  /** Sessions here may not know yet that they are in one of these. */
  async #findAdded(groups: ReadonlyMap<ConversationId, number>): Promise<void> {
    const { conversations, local } = this.#options;
    const users = [...local.groupUsers()];
    for (let from = 0; from < users.length; from += USERS_AT_ONCE)
      await Promise.all(
        users.slice(from, from + USERS_AT_ONCE).map(async (user) => {
          for (const conversation of await conversations.groupsOf(user)) {
            const lastSeq = groups.get(conversation);
            if (lastSeq !== undefined) local.catchUp({ user, conversation, peer: undefined, lastSeq });
          }
        }),
      );
  }

  /** The other side's receipt, and the cursor for the other devices of who moved it: told to who knows less. */
  #moved({ conversation, user, peer, delivered, read }: Moved): void {
    const { local } = this.#options;
    const marks = { conversation, deliveredSeq: delivered, readSeq: read };
    // Members of a group ask for its receipts.
    if (peer !== undefined && local.has(peer))
      local.deliver([{ type: "receipt", audience: only(peer), peer: user, ...marks }]);
    if (local.has(user)) local.deliver([{ type: "cursor_moved", audience: only(user), peer, ...marks }]);
  }
}
