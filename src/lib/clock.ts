/**
 * @module lib/clock
 * Time as a parameter; tests pass a clock that they hold.
 *
 * Two clocks, because a computer's idea of the date may be corrected at any moment, by minutes or hours, forward
 * or back. What is told to people or stored is the date (`now`). What measures how long something took or may
 * still take (idle times, deadlines, leases, cool-downs, limits) must not notice: that is `monotonic`.
 */
export interface Clock {
  /** The date: milliseconds since 1970, whole. May step either way. */
  now(): number;
  /** Milliseconds, with fractions, since some moment of this process. Never steps; means nothing to another process. */
  monotonic(): number;
}

/** Runs something once, so many milliseconds of `monotonic` from now. */
export type Timer = (run: () => void, ms: number) => void;

export const systemTimer: Timer = (run, ms) => {
  setTimeout(run, ms);
};

export const systemClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };
