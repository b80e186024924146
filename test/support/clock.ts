/**
 * @module support/clock
 * A clock that a test holds: time passes only when the test says so, and the date can be set wrong meanwhile.
 */
import type { Clock } from "../../src/lib/clock.ts";

export class HeldClock implements Clock {
  #wall: number;
  #monotonic = 1_000_000;

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

  /** Somebody corrects the date: no time passes. Negative sets it back. */
  step(ms: number): void {
    this.#wall += ms;
  }
}
