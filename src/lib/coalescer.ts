/**
 * @module lib/coalescer
 * Changes that follow each other in quick succession, handed on together a few times a second: of those under one key only
 * what they come to. What could not be handed on is merged with what came meanwhile, and tried again.
 */
import { Stint } from "./stint.ts";

export interface CoalescerOptions<T> {
  readonly keyOf: (change: T) => string;
  /** What two changes under one key come to. */
  readonly merge: (earlier: T, later: T) => T;
  /** What a change is once it could not be handed on, or only its answer was lost; itself unless given. */
  readonly again?: (change: T) => T;
  /** Takes what gathered, a few hundred changes at a time, one call after the other. */
  readonly work: (changes: readonly T[]) => Promise<void>;
  /** Time from a change to when it is handed on, milliseconds. */
  readonly intervalMs: number;
  /** Wait after a failure, milliseconds. */
  readonly retryMs: number;
  readonly onRetry: (error: unknown, changes: number) => void;
}

/** Changes that are handed on in one call: an embedded store has the thread for as long as it takes. */
const AT_ONCE = 200;

export class Coalescer<T> {
  readonly #options: CoalescerOptions<T>;
  #gathered = new Map<string, T>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #working: Promise<void> | undefined;

  constructor(options: CoalescerOptions<T>) {
    this.#options = options;
  }

  add(change: T): void {
    this.#gather(change);
    this.#schedule(this.#options.intervalMs);
  }

  /** Hands on what is there now. Resolves when that is done, or has failed and will be tried again. */
  async flush(): Promise<void> {
    // What is under way may have begun before the latest change: a second round takes that along.
    if (this.#working !== undefined) await this.#working;
    if (this.#gathered.size > 0) await this.#start();
  }

  #gather(change: T): void {
    const { keyOf, merge } = this.#options;
    const key = keyOf(change);
    const earlier = this.#gathered.get(key);
    this.#gathered.set(key, earlier === undefined ? change : merge(earlier, change));
  }

  #schedule(delayMs: number): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#start();
    }, delayMs);
    this.#timer.unref();
  }

  #start(): Promise<void> {
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
    return this.#working;
  }

  async #work(): Promise<void> {
    const { work, again, intervalMs, retryMs, onRetry } = this.#options;
    const changes = [...this.#gathered.values()];
    if (changes.length === 0) return;
    this.#gathered = new Map();
    let nextMs = intervalMs;
    const stint = new Stint();
    for (let from = 0; from < changes.length; from += AT_ONCE) {
      try {
        await work(changes.slice(from, from + AT_ONCE));
        await stint.rest();
      } catch (error) {
        const left = again === undefined ? changes.slice(from) : changes.slice(from).map(again);
        onRetry(error, left.length);
        const later = [...this.#gathered.values()];
        this.#gathered = new Map();
        for (const change of [...left, ...later]) this.#gather(change);
        nextMs = retryMs;
        break;
      }
    }
    if (this.#gathered.size > 0) this.#schedule(nextMs);
  }
}
