/**
 * @module services/messages/messaging
 * Texts: send, history, heads. A text is answered only after the store has committed it; friendship, blocks and membership
 * are decided inside that commit (store.ts, `append`).
 */
import type { Head, MessageKind, Page } from "../../domain/entities.ts";
import { AppError } from "../../domain/error.ts";
import type { SessionId, UserId } from "../../domain/ids.ts";
import { problemOfTexts } from "../../domain/sizes.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import type { Counter, Histogram, Meter } from "../../lib/metrics.ts";
import type {
  AppendEntry,
  AppendOutcome,
  ConversationStore,
  History,
  HistoryRange,
  MessageStore,
  PageRequest,
} from "../../store/store.ts";
import type { Place } from "../conversations/conversations.ts";
import type { UserEvent } from "../delivery/events.ts";
import { announcement, type TextSubmission } from "./announcement.ts";
import { type CommittedSubmission, Committer } from "./committer.ts";
import { UncertainCommits } from "./uncertain.ts";

/** What the sender learns of one text. */
export interface TextReceipt {
  readonly clientId: string;
  readonly seq: number;
  readonly at: number;
  readonly duplicate: boolean;
}

export interface SendResult {
  /** The first thing that went wrong with a text, or undefined when all are stored. */
  readonly error: AppError | undefined;
  /** Those texts that are stored, now or earlier. */
  readonly receipts: readonly TextReceipt[];
}

export interface OutgoingText {
  readonly clientId: string;
  /** A text unless it says so. */
  readonly kind?: MessageKind;
  readonly body: string;
  readonly data?: unknown;
  readonly replyTo?: number;
}

export interface MessagingOptions {
  readonly conversations: Pick<ConversationStore, "heads">;
  readonly messages: MessageStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: Meter;
  readonly lanes: number;
  readonly post: (events: readonly UserEvent[]) => void;
}

const UNCERTAIN_RETRY_MS = 1_000;
/** Short texts of one commit; with long ones the weight bounds it to some 50 ms. */
const MAX_BATCH = 500;
const MAX_BATCH_WEIGHT = 1_000_000;
/** Some 30,000 short texts, or 30 MB of long ones. */
const MAX_PENDING_WEIGHT = 32_000_000;
const BATCH_BUCKETS = [1, 2, 5, 10, 20, 50, 100, 200, 500];
const COMMIT_SECONDS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5];

export class Messaging {
  readonly #options: MessagingOptions;
  readonly #committer: Committer<TextSubmission>;
  readonly #uncertain: UncertainCommits;
  readonly #committed: Counter;
  readonly #duplicates: Counter;
  readonly #batchSize: Histogram;
  readonly #commitSeconds: Histogram;

  constructor(options: MessagingOptions) {
    this.#options = options;
    const { meter, clock, logger } = options;
    this.#committed = meter.counter("chatsrv_messages_committed_total", "Messages stored.");
    this.#duplicates = meter.counter(
      "chatsrv_messages_duplicate_total",
      "Messages that were stored already.",
    );
    this.#batchSize = meter.histogram(
      "chatsrv_commit_batch_size",
      "Submissions of one commit.",
      BATCH_BUCKETS,
    );
    this.#commitSeconds = meter.histogram("chatsrv_commit_seconds", "Time of one commit.", COMMIT_SECONDS);
    const { messages, post } = options;
    this.#uncertain = new UncertainCommits({ messages, post, logger, retryMs: UNCERTAIN_RETRY_MS });
    this.#committer = new Committer({
      messages: options.messages,
      clock,
      lanes: options.lanes,
      maxBatch: MAX_BATCH,
      maxBatchWeight: MAX_BATCH_WEIGHT,
      maxPendingWeight: MAX_PENDING_WEIGHT,
      onCommitted: (batch, tookMs) => this.#announce(batch, tookMs),
      onUncertain: (submission) => this.#uncertain.note(submission),
      onBug: (error) => logger.log("error", "committer.bug", { error }),
    });
    meter.gauge(
      "chatsrv_messages_pending",
      "Messages accepted and not yet stored.",
      () => this.#committer.pending,
    );
  }

  /**
   * Stores texts of one sender in one conversation, in order, and tells its members' sessions after the commit.
   * `done` is called once; local sessions have been told by then. Refusals (INVALID_FIELD and TOO_LARGE
   * before anything is stored, NOT_FRIENDS, BLOCKED, NOT_A_MEMBER, FORBIDDEN, MESSAGE_ID_CONFLICT) and a lost store (UNAVAILABLE) come in its
   * result, never as a throw.
   */
  send(
    sender: UserId,
    session: SessionId | undefined,
    { conversation, peer }: Place,
    texts: readonly OutgoingText[],
    done: (result: SendResult) => void,
  ): void {
    const problem = problemOfTexts(texts);
    if (problem !== undefined) {
      done({ error: problem, receipts: [] });
      return;
    }
    const entries = texts.map((text): AppendEntry => ({ kind: "text", ...text, conversation, sender }));
    const submission: TextSubmission = {
      entries,
      peer,
      session,
      settle: (result) =>
        done(result instanceof AppError ? { error: result, receipts: [] } : summarize(entries, result)),
    };
    this.#committer.submit(submission);
  }

  /** @throws AppError NOT_FRIENDS, NOT_A_MEMBER (of a group) when the reader may see nothing of it. */
  async history({ conversation, kind }: Place, reader: UserId, range: HistoryRange): Promise<History> {
    const found = await this.#options.messages.history(conversation, reader, range);
    if (found !== undefined) return found;
    throw kind === "group"
      ? new AppError("NOT_A_MEMBER", { field: "conversation" })
      : new AppError("NOT_FRIENDS", { field: "peer" });
  }

  heads(user: UserId, page: PageRequest): Promise<Page<Head>> {
    return this.#options.conversations.heads(user, page);
  }

  /** A message of a group may have been stored by other means, and nobody told: it is looked for, and told. */
  maybeStored({ conversation, sender, clientId }: Pick<AppendEntry, "conversation" | "sender" | "clientId">) {
    this.#uncertain.note({ entries: [{ conversation, sender, clientId }], peer: undefined });
  }

  /** Resolves when every accepted text is settled. */
  idle(): Promise<void> {
    return this.#committer.idle();
  }

  #announce(batch: readonly CommittedSubmission<TextSubmission>[], tookMs: number): void {
    this.#batchSize.observe(batch.length);
    this.#commitSeconds.observe(tookMs / 1_000);
    const { events, stored, repeated } = announcement(batch);
    this.#committed.add(stored);
    if (repeated > 0) this.#duplicates.add(repeated);
    this.#options.post(events);
  }
}

const REFUSALS = {
  conflict: "MESSAGE_ID_CONFLICT",
  not_friends: "NOT_FRIENDS",
  blocked: "BLOCKED",
  not_a_member: "NOT_A_MEMBER",
  forbidden: "FORBIDDEN",
  not_found: "NOT_FOUND",
  expired: "EXPIRED",
} as const;

function summarize(entries: readonly AppendEntry[], outcomes: readonly AppendOutcome[]): SendResult {
  const receipts: TextReceipt[] = [];
  let error: AppError | undefined;
  for (const [index, outcome] of outcomes.entries()) {
    const clientId = entries[index]?.clientId ?? "";
    if (outcome.status === "stored" || outcome.status === "duplicate")
      receipts.push({
        clientId,
        seq: outcome.seq,
        at: outcome.at,
        duplicate: outcome.status === "duplicate",
      });
    else error ??= new AppError(REFUSALS[outcome.status]);
  }
  return { error, receipts };
}
