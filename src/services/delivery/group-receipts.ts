/**
 * @module services/delivery/group-receipts
 * How far messages of groups got, for their senders: in counts, of the newest of each sender, at most once a second; who
 * it was is asked for (`readers` of the store). A member who gets on tells nobody else of it. Each node says once in a
 * while that something moved in a group, and of the nodes that hear it those count whose sessions sent something there
 * lately: a count costs the group's members, however many of them moved.
 *
 * Nothing of it outlives the node or the session that sent the message: a client that comes back asks.
 */
import type { ConversationId, UserId } from "../../domain/ids.ts";
import { MEMBERS_KIND } from "../../domain/kinds.ts";
import type { Clock } from "../../lib/clock.ts";
import { Coalescer } from "../../lib/coalescer.ts";
import type { Logger } from "../../lib/log.ts";
import type { GroupStore } from "../../store/store.ts";
import { only, type UserEvent } from "./events.ts";
import type { LocalSessions } from "./ports.ts";

export interface GroupReceiptsOptions {
  readonly groups: Pick<GroupStore, "readers">;
  readonly local: Pick<LocalSessions, "has">;
  readonly post: (events: readonly UserEvent[]) => void;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Between two counts of a group, and of half as much between two words that something moved there. Milliseconds. */
  readonly intervalMs?: number;
}

/** The newest message of a sender in a group, and what they were told of it. */
interface Watched {
  readonly conversation: ConversationId;
  readonly sender: UserId;
  readonly seq: number;
  readonly until: number;
  delivered: number;
  read: number;
}

const INTERVAL_MS = 1_000;
const RETRY_MS = 1_000;
/** How long a message is counted for, milliseconds; and how many at once, about 200 bytes each: the oldest groups go first. */
const WATCH_MS = 600_000;
const MAX_WATCHED = 10_000;

export class GroupReceipts {
  readonly #options: GroupReceiptsOptions;
  /** By group, then by sender. */
  readonly #watched = new Map<ConversationId, Map<UserId, Watched>>();
  #size = 0;
  readonly #moved: Coalescer<ConversationId>;
  readonly #counted: Coalescer<ConversationId>;

  constructor(options: GroupReceiptsOptions) {
    const { post, logger, intervalMs = INTERVAL_MS } = options;
    this.#options = options;
    const common = {
      keyOf: String,
      merge: (conversation: ConversationId) => conversation,
      retryMs: RETRY_MS,
      onRetry: (error: unknown, groups: number) => logger.log("warn", "receipts.retry", { groups, error }),
    };
    this.#moved = new Coalescer<ConversationId>({
      ...common,
      intervalMs: intervalMs / 2,
      work: async (groups) =>
        post(groups.map((conversation) => ({ type: "group_moved", audience: { conversation } }))),
    });
    this.#counted = new Coalescer<ConversationId>({
      ...common,
      intervalMs,
      work: async (groups) => {
        for (const conversation of groups) await this.#count(conversation);
      },
    });
  }

  /** Takes from what is posted here what a session sent to a group, and that somebody got on in one. */
  posted(events: readonly UserEvent[]): void {
    for (const event of events)
      if (event.type === "texts" && "conversation" in event.audience) {
        const last = event.messages.at(-1);
        if (last !== undefined && last.kind !== MEMBERS_KIND)
          this.#watch(last.conversation, last.sender, last.seq);
      } else if (event.type === "cursor_moved" && event.peer === undefined)
        this.#moved.add(event.conversation);
  }

  /** Takes from what comes to this node that somebody, anywhere, got on in a group. */
  heard(events: readonly UserEvent[]): void {
    for (const { type, audience } of events)
      if (type === "group_moved" && "conversation" in audience && this.#watched.has(audience.conversation))
        this.#counted.add(audience.conversation);
  }

  #watch(conversation: ConversationId, sender: UserId, seq: number): void {
    if (this.#size >= MAX_WATCHED) this.#makeRoom();
    const senders = this.#watched.get(conversation) ?? new Map<UserId, Watched>();
    if ((senders.get(sender)?.seq ?? 0) >= seq) return;
    if (!senders.has(sender)) this.#size++;
    const until = this.#options.clock.monotonic() + WATCH_MS;
    senders.set(sender, { conversation, sender, seq, until, delivered: 0, read: 0 });
    this.#watched.set(conversation, senders);
  }

  async #count(conversation: ConversationId): Promise<void> {
    const { groups, local, clock, post } = this.#options;
    for (const watched of [...(this.#watched.get(conversation)?.values() ?? [])]) {
      const { sender, seq, until } = watched;
      if (clock.monotonic() > until || !local.has(sender)) {
        this.#forget(watched);
        continue;
      }
      const counts = await groups.readers(conversation, seq, { limit: 1 });
      if (counts === undefined || counts.read >= counts.members) this.#forget(watched);
      if (counts === undefined) continue;
      const { members, delivered, read } = counts;
      if (delivered === watched.delivered && read === watched.read) continue;
      watched.delivered = delivered;
      watched.read = read;
      post([{ type: "group_receipt", audience: only(sender), conversation, seq, members, delivered, read }]);
    }
  }

  #makeRoom(): void {
    for (const [group, senders] of this.#watched) {
      if (this.#size <= MAX_WATCHED * 0.9) return;
      this.#watched.delete(group);
      this.#size -= senders.size;
    }
  }

  #forget({ conversation, sender, seq }: Watched): void {
    const senders = this.#watched.get(conversation);
    if (senders?.get(sender)?.seq !== seq) return;
    senders.delete(sender);
    this.#size--;
    if (senders.size === 0) this.#watched.delete(conversation);
  }
}
