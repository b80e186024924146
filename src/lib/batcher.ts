/**
 * @module lib/batcher
 * A strictly serial worker that takes all that queued while its last piece of work was under way. No timer,
 * no artificial delay: an idle batcher starts at the end of the current turn of the loop, so that everything
 * that arrived in this turn goes together.
 */
export interface BatcherOptions<T> {
  /** Works off one batch. It handles its own errors: a rejection is a bug and goes to `onBug`. */
  readonly work: (items: T[]) => Promise<void>;
  /** Most items of one batch. */
  readonly maxBatch?: number;
  readonly onBug: (error: unknown) => void;
}

export class Batcher<T> {
  #queue: T[] = [];
  #running = false;
  #idleWaiters: (() => void)[] = [];
  readonly #options: BatcherOptions<T>;

  constructor(options: BatcherOptions<T>) {
    this.#options = options;
  }

  /** Items not yet handed to `work`. */
  get queued(): number {
    return this.#queue.length;
  }

  push(item: T): void {
    this.#queue.push(item);
    if (this.#running) return;
    this.#running = true;
    setImmediate(() => void this.#run());
  }

  /** Takes back everything that is not yet handed to `work`. */
  drainQueue(): T[] {
    const items = this.#queue;
    this.#queue = [];
    return items;
  }

  /** Resolves when nothing is queued or under way. */
  idle(): Promise<void> {
    return this.#running ? new Promise((resolve) => this.#idleWaiters.push(resolve)) : Promise.resolve();
  }

  async #run(): Promise<void> {
    const { work, onBug, maxBatch = Number.POSITIVE_INFINITY } = this.#options;
    while (this.#queue.length > 0) {
      const items = this.#queue.length <= maxBatch ? this.drainQueue() : this.#queue.splice(0, maxBatch);
      try {
        await work(items);
      } catch (error) {
        onBug(error);
      }
    }
    this.#running = false;
    const waiters = this.#idleWaiters;
    this.#idleWaiters = [];
    for (const resolve of waiters) resolve();
  }
}
