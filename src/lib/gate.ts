/**
 * @module lib/gate
 * Bounds how many of one kind of work run at once and how many may wait for that.
 */

/** So many wait already that this one would wait too long. */
export class GateFullError extends Error {
  override readonly name = "GateFullError";
}

/** First come, first served. */
export class Gate {
  readonly #slots: number;
  readonly #queueLimit: number;
  readonly #queue: (() => void)[] = [];
  #running = 0;

  /** @param slots how many run at once; @param queueLimit how many may wait beside them. */
  constructor(slots: number, queueLimit: number) {
    this.#slots = slots;
    this.#queueLimit = queueLimit;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Runs `work` when it is its turn. @throws GateFullError at once when too many wait; else what `work` throws. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < this.#slots) this.#running += 1;
    else {
      if (this.#queue.length >= this.#queueLimit)
        throw new GateFullError(`${this.#queue.length} wait already`);
      // Who ends hands its slot over, so #running stays as it is.
      await new Promise<void>((resolve) => this.#queue.push(resolve));
    }
    try {
      return await work();
    } finally {
      const next = this.#queue.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }
}
