/**
 * @module lib/failing
 * Since when something has been failing without a break. A process that slept learns from the first failure after it
 * woke nothing of the time it slept: the connections that it held are gone for that alone.
 */
export class Failing {
  readonly #breakMs: number;
  #since: number | undefined;
  #lastAt = Number.NEGATIVE_INFINITY;

  /** @param breakMs without a try for longer, what fails then begins anew */
  constructor(breakMs: number) {
    this.#breakMs = breakMs;
  }

  /** A try that began at `begunAt` failed now; both monotonic, milliseconds. What was under way while it slept counts for nothing. */
  failed(begunAt: number, now: number): void {
    if (now - begunAt > this.#breakMs) return;
    if (now - this.#lastAt > this.#breakMs) this.#since = now;
    this.#lastAt = now;
  }

  succeeded(): void {
    this.#since = undefined;
    this.#lastAt = Number.NEGATIVE_INFINITY;
  }

  /** When it began to fail; undefined when it does not, or nobody has tried for long. */
  since(now: number): number | undefined {
    return now - this.#lastAt <= this.#breakMs ? this.#since : undefined;
  }
}
