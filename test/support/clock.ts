/**
 * @module support/clock
 * A clock that a test holds: time passes only when the test says so, and the date can be set wrong meanwhile.
 */
import type { Clock, Timer } from "../../src/lib/clock.ts";

interface Waiting {
  readonly at: number;
  readonly run: () => void;
}

export class HeldClock implements Clock {
  #wall: number;
  #monotonic = 1_000_000;
  readonly #waiting: Waiting[] = [];

  /** @param wall the date to begin with, milliseconds since 1970. */
  constructor(wall = Date.UTC(2026, 0, 1)) {
    this.#wall = wall;
  }

  now(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  /** Time passes. */
  pass(ms: number): void {
    this.#wall += ms;
    this.#monotonic += ms;
  }

  /** A timer of this clock; it rings in `live`. */
  readonly timer: Timer = (run, ms) => {
    this.#waiting.push({ at: this.#monotonic + ms, run });
  };

  /** Time passes from timer to timer, and what each sets off happens before the next. */
  async live(ms: number): Promise<void> {
    const end = this.#monotonic + ms;
    await settled();
    for (;;) {
      const next = this.#waiting.toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > end) break;
      this.#waiting.splice(this.#waiting.indexOf(next), 1);
      this.pass(Math.max(0, next.at - this.#monotonic));
      next.run();
      await settled();
    }
    this.pass(end - this.#monotonic);
  }

  /** Somebody corrects the date: no time passes. Negative sets it back. */
  step(ms: number): void {
    this.#wall += ms;
  }
}

/** All that follows without waiting for time or for the world has happened. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
