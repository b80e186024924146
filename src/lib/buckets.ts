/**
 * @module lib/buckets
 * Token buckets by name, each kept as the one number of GCRA: when it would be full again. One that is full is
 * nothing to remember, so who is idle costs nothing. `now` is in milliseconds on a clock that never steps.
 */

/** `burst` tokens at once, as many again, evenly, in every `perMs` milliseconds. */
export interface BucketRule {
  readonly burst: number;
  readonly perMs: number;
}

export class Buckets<N extends string> {
  readonly #fullAt = new Map<N, number>();

  /**
   * Milliseconds until `cost` tokens are there, 0 when they are. What costs more than the burst needs a full
   * bucket: so it passes alone, and is paid for in full.
   */
  wait(name: N, { burst, perMs }: BucketRule, cost: number, now: number): number {
    const fullAt = Math.max(this.#fullAt.get(name) ?? now, now);
    return Math.max(0, Math.ceil(fullAt - now - perMs + (Math.min(cost, burst) * perMs) / burst));
  }

  /** Takes the tokens, whether they are there or not. */
  take(name: N, { burst, perMs }: BucketRule, cost: number, now: number): void {
    this.#fullAt.set(name, Math.max(this.#fullAt.get(name) ?? now, now) + (cost * perMs) / burst);
  }

  /** Whether every bucket is full, so that nothing is lost with this object. */
  isFull(now: number): boolean {
    for (const fullAt of this.#fullAt.values()) if (fullAt > now) return false;
    return true;
  }
}
