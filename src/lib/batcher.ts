/**
 * @module lib/batcher
 * A strictly serial worker that takes all that queued while its last piece of work was under way. No timer,
 * no artificial delay: an idle batcher starts at the end of the current turn of the loop, so that everything
 * that arrived in this turn goes together.
 */

/** Where items wait for their batch. */
export interface Queue<T> {
  readonly length: number;
  push(item: T): void;
  /** The next batch, at least one item unless it is empty. */
  take(): T[];
  /** Everything. */
  drain(): T[];
}

export interface BatcherOptions<T> {
  /** Works off one batch. It handles its own errors: a rejection is a bug and goes to `onBug`. */
  readonly work: (items: T[]) => Promise<void>;
  /** First come, first served, and all of it in one batch, unless given. */
  readonly queue?: Queue<T>;
  readonly onBug: (error: unknown) => void;
}

export class Batcher<T> {
  readonly #options: BatcherOptions<T>;
  readonly #queue: Queue<T>;
  #running = false;
  #idleWaiters: (() => void)[] = [];

  constructor(options: BatcherOptions<T>) {
    this.#options = options;
    this.#queue = options.queue ?? new PlainQueue();
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
    return this.#queue.drain();
  }

  /** Resolves when nothing is queued or under way. */
  idle(): Promise<void> {
    return this.#running ? new Promise((resolve) => this.#idleWaiters.push(resolve)) : Promise.resolve();
  }

  async #run(): Promise<void> {
    const { work, onBug } = this.#options;
    while (this.#queue.length > 0) {
      try {
        await work(this.#queue.take());
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

class PlainQueue<T> implements Queue<T> {
  #items: T[] = [];

  get length(): number {
    return this.#items.length;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  take(): T[] {
    return this.drain();
  }

  drain(): T[] {
    const items = this.#items;
    this.#items = [];
    return items;
  }
}
