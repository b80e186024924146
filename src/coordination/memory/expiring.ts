/**
 * @module coordination/memory/expiring
 * A map whose entries end by themselves. No timer: an ended entry is dropped when it is met, and all of them
 * in a sweep that comes after as many writes as the last one left entries. So the map never holds more than
 * about twice what is alive, and a sweep costs a constant per write.
 */
import type { Clock } from "../../lib/clock.ts";

/** Fewer writes than this between two sweeps are not worth one. */
const MIN_WRITES = 64;

interface Entry<V> {
  value: V;
  /** Alive before this time of the clock's `monotonic`. */
  until: number;
}

export class ExpiringMap<K, V> {
  readonly #entries = new Map<K, Entry<V>>();
  readonly #clock: Clock;
  /** Writes until the next sweep. */
  #writesLeft = MIN_WRITES;
  /** No entry ends before this. */
  #soonest = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get(key: K): V | undefined {
    return this.#alive(key)?.value;
  }

  /** Milliseconds left, rounded up; 0 when there is no entry. */
  ttl(key: K): number {
    const entry = this.#alive(key);
    return entry ? Math.ceil(entry.until - this.#clock.monotonic()) : 0;
  }

  set(key: K, value: V, ttlMs: number): void {
    if (--this.#writesLeft <= 0) this.#sweep();
    const until = this.#clock.monotonic() + ttlMs;
    this.#entries.set(key, { value, until });
    this.#soonest = Math.min(this.#soonest, until);
  }

  /** @returns whether an entry that is still alive was removed. */
  delete(key: K): boolean {
    const alive = this.#alive(key) !== undefined;
    this.#entries.delete(key);
    return alive;
  }

  /** The keys that are alive. Changing the map meanwhile is safe. */
  keys(): K[] {
    return [...this.#entries.keys()].filter((key) => this.#alive(key) !== undefined);
  }

  /** Drops the entries that match. */
  deleteWhere(matches: (value: V, key: K) => boolean): void {
    for (const [key, { value }] of this.#entries) if (matches(value, key)) this.#entries.delete(key);
  }

  /** How many are alive. */
  get size(): number {
    if (this.#clock.monotonic() >= this.#soonest) this.#sweep();
    return this.#entries.size;
  }

  /** How many it holds, ended ones included. */
  get held(): number {
    return this.#entries.size;
  }

  #alive(key: K): Entry<V> | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || this.#clock.monotonic() < entry.until) return entry;
    this.#entries.delete(key);
    return undefined;
  }

  #sweep(): void {
    const now = this.#clock.monotonic();
    this.#soonest = Number.POSITIVE_INFINITY;
    for (const [key, { until }] of this.#entries)
      if (until <= now) this.#entries.delete(key);
      else this.#soonest = Math.min(this.#soonest, until);
    this.#writesLeft = Math.max(MIN_WRITES, this.#entries.size);
  }
}
