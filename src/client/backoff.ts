/**
 * @module client/backoff
 * How long to wait before trying again: doubling, with jitter so that a herd of clients spreads.
 */
export interface BackoffOptions {
  /** The first wait is at most this, milliseconds. */
  minMs?: number;
  /** No wait is longer, milliseconds. */
  maxMs?: number;
  /** From 0 to below 1; a test may pass its own. */
  random?: () => number;
}

export class Backoff {
  readonly #minMs: number;
  readonly #maxMs: number;
  readonly #random: () => number;
  #attempt = 0;

  constructor({ minMs = 250, maxMs = 15_000, random = Math.random }: BackoffOptions = {}) {
    this.#minMs = minMs;
    this.#maxMs = maxMs;
    this.#random = random;
  }

  /** The next wait, in milliseconds: between half of the step and all of it. */
  next(): number {
    const step = Math.min(this.#maxMs, this.#minMs * 2 ** this.#attempt);
    this.#attempt += 1;
    return step * (0.5 + this.#random() / 2);
  }

  /** The next wait is a short one again. */
  reset(): void {
    this.#attempt = 0;
  }
}
