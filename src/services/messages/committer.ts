/**
 * @module services/messages/committer
 * The group commit. Lanes by conversation, each strictly serial: what arrives while a lane's commit is under
 * way goes into its next one, so the batch grows with the load and an idle server answers at once. What one sender
 * submitted to a conversation keeps its order.
 *
 * Senders are equal: a lane's batches are bounded in weight and filled by the senders in turn, and nobody holds more
 * of the room for what waits than is left to the others. So a sender of much waits for itself.
 */
import { AppError, toAppError } from "../../domain/error.ts";
import type { UserId } from "../../domain/ids.ts";
import { Batcher } from "../../lib/batcher.ts";
import type { Clock } from "../../lib/clock.ts";
import { FairQueue } from "../../lib/fair-queue.ts";
import { SharedRoom } from "../../lib/shared-room.ts";
import type { AppendEntry, AppendOutcome, MessageStore } from "../../store/store.ts";

/** What one caller wants stored together: entries of one sender in one conversation, in order. */
export interface Submission {
  readonly entries: readonly AppendEntry[];
  /** Called once, after the commit, with one outcome per entry, or with the error that kept all from being stored. */
  settle(result: readonly AppendOutcome[] | AppError): void;
}

export interface CommitterOptions<S extends Submission> {
  readonly messages: Pick<MessageStore, "append">;
  readonly clock: Clock;
  /** Commits that may be under way at once. */
  readonly lanes: number;
  /** Submissions of one commit. */
  readonly maxBatch: number;
  /** Weight (`weightOf`) of one commit. */
  readonly maxBatchWeight: number;
  /** Weight that may wait in all lanes; who has more than a share of it is told to try again. */
  readonly maxPendingWeight: number;
  /** Called after each commit, before its submissions are settled. */
  readonly onCommitted: (batch: readonly CommittedSubmission<S>[], tookMs: number) => void;
  /** Told of each submission whose commit was lost on the way: it may be stored or not. */
  readonly onUncertain: (submission: S) => void;
  readonly onBug: (error: unknown) => void;
}

export interface CommittedSubmission<S extends Submission> {
  readonly submission: S;
  readonly outcomes: readonly AppendOutcome[];
}

/** What an entry weighs beside its text: storing a row takes as long as storing so much more text. */
const ENTRY_WEIGHT = 1_000;
/** Weight that a sender gets in its turn: one text of the longest kind. */
const TURN_WEIGHT = 20_000;

/** What a submission costs the store and the memory, in UTF-16 units of text. */
export function weightOf({ entries }: Submission): number {
  let weight = 0;
  for (const { clientId, body } of entries) weight += ENTRY_WEIGHT + clientId.length + body.length;
  return weight;
}

/** All entries of a submission are one sender's. */
const senderOf = ({ entries }: Submission): UserId | undefined => entries[0]?.sender;

export class Committer<S extends Submission> {
  readonly #options: CommitterOptions<S>;
  readonly #lanes: Batcher<S>[];
  readonly #room: SharedRoom<UserId>;
  #pending = 0;

  constructor(options: CommitterOptions<S>) {
    this.#options = options;
    const { lanes, maxBatch: maxItems, maxBatchWeight: maxWeight, maxPendingWeight, onBug } = options;
    this.#room = new SharedRoom(maxPendingWeight);
    const turns = { ownerOf: senderOf, weightOf, quantum: TURN_WEIGHT, maxItems, maxWeight };
    this.#lanes = Array.from({ length: lanes }, (_, index) => {
      const work = (batch: S[]) => this.#commit(batch, index);
      return new Batcher<S>({ work, queue: new FairQueue<S>(turns), onBug });
    });
  }

  /** Entries accepted and not yet settled. */
  get pending(): number {
    return this.#pending;
  }

  /** Queues a submission; `settle` tells how it went. */
  submit(submission: S): void {
    const first = submission.entries[0];
    if (first === undefined) {
      submission.settle([]);
    } else if (!this.#room.take(first.sender, weightOf(submission))) {
      submission.settle(new AppError("UNAVAILABLE", { detail: "too many messages wait for the store" }));
    } else {
      this.#pending += submission.entries.length;
      this.#lanes[first.conversation % this.#lanes.length]?.push(submission);
    }
  }

  /** Resolves when every accepted submission is settled. */
  async idle(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.idle()));
  }

  async #commit(batch: S[], lane: number): Promise<void> {
    const lost = await this.#storeOrSplit(batch);
    if (lost === undefined) return;
    // What queued behind goes with it: a later message must not overtake one that its sender has to repeat.
    for (const submission of this.#lanes[lane]?.drainQueue() ?? []) this.#settle(submission, lost);
  }

  /**
   * Stores a batch and settles it. What the store cannot take must not fail its neighbours, so a refused batch is
   * halved until the refused submission is alone.
   * @returns the error when the store is lost.
   */
  async #storeOrSplit(batch: readonly S[]): Promise<AppError | undefined> {
    try {
      await this.#store(batch);
      return undefined;
    } catch (thrown) {
      const error = toAppError(thrown);
      if (error.retryable) for (const submission of batch) this.#options.onUncertain(submission);
      if (error.retryable || batch.length === 1) {
        for (const submission of batch) this.#settle(submission, error);
        return error.retryable ? error : undefined;
      }
      const half = Math.ceil(batch.length / 2);
      const lost = await this.#storeOrSplit(batch.slice(0, half));
      if (lost === undefined) return this.#storeOrSplit(batch.slice(half));
      for (const submission of batch.slice(half)) this.#settle(submission, lost);
      return lost;
    }
  }

  async #store(batch: readonly S[]): Promise<void> {
    const { clock } = this.#options;
    const began = clock.monotonic();
    const entries = batch.length === 1 ? (batch[0]?.entries ?? []) : batch.flatMap((s) => s.entries);
    const outcomes = await this.#options.messages.append(entries, clock.now());
    let next = 0;
    const committed = batch.map((submission) => {
      const from = next;
      next += submission.entries.length;
      return { submission, outcomes: outcomes.slice(from, next) };
    });
    const tookMs = clock.monotonic() - began;
    this.#tell(() => this.#options.onCommitted(committed, tookMs));
    for (const { submission, outcomes: own } of committed) this.#settle(submission, own);
  }

  #settle(submission: S, result: readonly AppendOutcome[] | AppError): void {
    this.#pending -= submission.entries.length;
    const sender = senderOf(submission);
    if (sender !== undefined) this.#room.give(sender, weightOf(submission));
    this.#tell(() => submission.settle(result));
  }

  /** Whoever is told cannot undo what is stored, nor keep the others from being told. */
  #tell(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      this.#options.onBug(error);
    }
  }
}
