/**
 * @module services/committer
 * The group commit. Lanes by conversation, each strictly serial: what arrives while a lane's commit is under
 * way goes into its next one, so the batch grows with the load and an idle server answers at once. Messages
 * of one conversation keep the order in which they were submitted.
 */
import { AppError, toAppError } from "../domain/error.ts";
import type { UserId } from "../domain/ids.ts";
import { Batcher } from "../lib/batcher.ts";
import type { Clock } from "../lib/clock.ts";
import type { AppendEntry, AppendOutcome, MessageStore } from "../store/store.ts";

/** What one caller wants stored together: entries of one sender to one receiver, in order. */
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
  /** Entries that may wait in all lanes; beyond it callers are told to try again. */
  readonly maxPending: number;
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

export class Committer<S extends Submission> {
  readonly #options: CommitterOptions<S>;
  readonly #lanes: Batcher<S>[];
  #pending = 0;

  constructor(options: CommitterOptions<S>) {
    this.#options = options;
    this.#lanes = Array.from(
      { length: options.lanes },
      (_, index) =>
        new Batcher<S>({
          work: (batch) => this.#commit(batch, index),
          maxBatch: options.maxBatch,
          onBug: options.onBug,
        }),
    );
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
    } else if (this.#pending + submission.entries.length > this.#options.maxPending) {
      submission.settle(new AppError("UNAVAILABLE", { detail: "too many messages wait for the store" }));
    } else {
      this.#pending += submission.entries.length;
      this.#lanes[laneOf(first.sender, first.receiver, this.#lanes.length)]?.push(submission);
    }
  }

  /** Resolves when every accepted submission is settled. */
  async idle(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.idle()));
  }

  async #commit(batch: S[], lane: number): Promise<void> {
    try {
      await this.#store(batch);
    } catch (thrown) {
      const error = toAppError(thrown);
      if (!error.retryable && batch.length > 1) {
        // One entry that the store cannot take must not fail its neighbours.
        for (const submission of batch) await this.#commit([submission], lane);
        return;
      }
      if (error.retryable) for (const submission of batch) this.#options.onUncertain(submission);
      // What queued behind goes with it: a later message must not overtake one that its sender has to repeat.
      const followers = error.retryable ? (this.#lanes[lane]?.drainQueue() ?? []) : [];
      for (const submission of [...batch, ...followers]) this.#settle(submission, error);
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
    this.#options.onCommitted(committed, clock.monotonic() - began);
    for (const { submission, outcomes: own } of committed) this.#settle(submission, own);
  }

  #settle(submission: S, result: readonly AppendOutcome[] | AppError): void {
    this.#pending -= submission.entries.length;
    submission.settle(result);
  }
}

/** The lane of a conversation: the same for both directions. */
function laneOf(a: UserId, b: UserId, lanes: number): number {
  return (Math.min(a, b) * 31 + Math.max(a, b)) % lanes;
}
