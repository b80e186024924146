/**
 * @module lib/metrics
 * What everything counts through. Implemented by ops/metrics; names start with `chatsrv_` and follow
 * Prometheus conventions (`_total` for counters, base units: seconds, bytes).
 */
export interface Counter {
  add(amount?: number): void;
}

export interface Histogram {
  /** In the metric's base unit. */
  observe(value: number): void;
}

export interface Meter {
  counter(name: string, help: string, labels?: Readonly<Record<string, string>>): Counter;
  /** `read` is called at each scrape. */
  gauge(name: string, help: string, read: () => number, labels?: Readonly<Record<string, string>>): void;
  histogram(
    name: string,
    help: string,
    buckets: readonly number[],
    labels?: Readonly<Record<string, string>>,
  ): Histogram;
}

const nothing = { add: () => {}, observe: () => {} };
/** Counts nothing; for tests and tools. */
export const noMeter: Meter = { counter: () => nothing, gauge: () => {}, histogram: () => nothing };
