/**
 * @module net/sweeper
 * One timer for the idle times and deadlines of all connections of a listener: a timer per connection would
 * cost more memory than the connection. A look at 20,000 connections takes well under a millisecond.
 */

import type { Clock } from "../lib/clock.ts";

export interface Sweepable {
  /** Closes itself when its time has come. `now` of the clock's `monotonic`. */
  sweep(now: number): void;
}

export class Sweeper {
  readonly #timer: ReturnType<typeof setInterval>;

  /** Starts at once; `targets` is looked through every `intervalMs` and may change at any time. */
  constructor(targets: Iterable<Sweepable>, clock: Clock, intervalMs: number) {
    this.#timer = setInterval(() => {
      const now = clock.monotonic();
      for (const target of targets) target.sweep(now);
    }, intervalMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
