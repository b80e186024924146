/**
 * @module lib/clock
 * Time as a parameter. Wall-clock milliseconds since 1970; tests pass a clock they hold.
 */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };
