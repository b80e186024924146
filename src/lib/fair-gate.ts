/**
 * @module lib/fair-gate
 * Bounds how many of one kind of work run at once, and shares the turns between those who ask (a *key*: a client
 * address, a user; see lib/fair-line). Those who are known have every second turn if they need it, whoever else asks.
 *
 * While the queue is short it is first come, first served. When it is long it is *last* come, first served: in a
 * herd the wait is long for somebody, and served in order it would be as long for everybody who comes meanwhile.
 * Who waits longer than is useful is told to come back, and when: an answer that comes too late was work for
 * nothing.
 */
import { FairLine } from "./fair-line.ts";

/** This one would wait, or has waited, too long. */
export class GateFullError extends Error {
  override readonly name = "GateFullError";
  constructor(
    /** When there should be room, milliseconds from now; no two who are turned away are told the same. */
    readonly retryAfterMs: number,
  ) {
    super("too many wait");
  }
}

export interface FairGateOptions {
  /** How much work runs at once. */
  readonly slots: number;
  /** How many may wait; who is one too many is the one who waits longest of the key that has most. */
  readonly queueLimit: number;
  /** How long one waits at most, milliseconds. */
  readonly maxWaitMs: number;
  /** Milliseconds that never step; `performance.now` unless given. */
  readonly now?: () => number;
}

/** Work that starts in one turn of the event loop at most: a store that answers at once must not hold up the sockets. */
const STARTS_PER_TURN = 2;
/** When the last in the queue would wait longer than this, the newest goes first. Milliseconds. */
const CALM_MS = 1_000;
/** Nobody is told to come back sooner or later than this, milliseconds. */
const MIN_RETRY_MS = 1_000;
const MAX_RETRY_MS = 60_000;
/** What is left of the slots for those who come unasked when those who were turned away come back. */
const RETURN_SHARE = 0.5;
/** How much of the mean the latest piece of work makes. */
const MEAN_WEIGHT = 0.1;

export class FairGate<K> {
  readonly #options: FairGateOptions;
  readonly #now: () => number;
  readonly #known = new FairLine<K>();
  readonly #others = new FairLine<K>();
  /** Whose turn it was last. */
  #last: FairLine<K> = this.#others;
  #running = 0;
  #started = 0;
  #turnPending = false;
  #expiry: ReturnType<typeof setTimeout> | undefined;
  /** How long a piece of work takes, milliseconds. */
  #meanMs = 0;
  /** Until when those who were turned away have been given times to come back. */
  #promisedUntil = 0;

  constructor(options: FairGateOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** How many wait. */
  get waiting(): number {
    return this.#known.length + this.#others.length;
  }

  /**
   * Runs `work` when it is the key's turn.
   * @param known whether it is one who may go before those who are not
   * @throws GateFullError when the turn does not come in time; else what `work` throws
   */
  async run<T>(key: K, work: () => Promise<T>, known = false): Promise<T> {
    if (this.waiting > 0 || !this.#hasRoom()) await this.#wait(key, known ? this.#known : this.#others);
    else this.#take();
    const from = this.#now();
    try {
      return await work();
    } finally {
      this.#meanMs += (this.#now() - from - this.#meanMs) * (this.#meanMs === 0 ? 1 : MEAN_WEIGHT);
      this.#running--;
      this.#startNext();
    }
  }

  #hasRoom(): boolean {
    return this.#running < this.#options.slots && this.#started < STARTS_PER_TURN;
  }

  #take(): void {
    this.#running++;
    this.#started++;
    if (this.#turnPending) return;
    this.#turnPending = true;
    setImmediate(() => {
      this.#turnPending = false;
      this.#started = 0;
      this.#startNext();
    });
  }

  #wait(key: K, line: FairLine<K>): Promise<void> {
    const { queueLimit, maxWaitMs } = this.#options;
    return new Promise((start, reject) => {
      line.push(key, { since: this.#now(), start, refuse: () => reject(this.#full()) });
      if (this.waiting > queueLimit) (this.#others.longest() ?? this.#known.longest())?.refuse();
      this.#expiry ??= setTimeout(() => this.#expire(), maxWaitMs / 8);
    });
  }

  #startNext(): void {
    while (this.waiting > 0 && this.#hasRoom()) {
      const known = this.#known.length > 0 && (this.#last !== this.#known || this.#others.length === 0);
      this.#last = known ? this.#known : this.#others;
      this.#take();
      this.#last.next(!this.#isCalm(this.#last))?.start();
    }
  }

  /** Whether those in a line can be served in good time in the order in which they came. */
  #isCalm(line: FairLine<K>): boolean {
    return (line.length * this.#meanMs) / this.#options.slots <= CALM_MS;
  }

  /** Turns those away who have waited too long, and looks again while there are others. */
  #expire(): void {
    const { maxWaitMs } = this.#options;
    for (const line of [this.#known, this.#others])
      for (const waiter of line.since(this.#now() - maxWaitMs)) waiter.refuse();
    this.#expiry = this.waiting === 0 ? undefined : setTimeout(() => this.#expire(), maxWaitMs / 8);
  }

  /** Gives out a time to come back: one after the other, at the pace at which there will be room. */
  #full(): GateFullError {
    const now = this.#now();
    const pace = this.#meanMs / this.#options.slots / RETURN_SHARE;
    this.#promisedUntil = Math.max(this.#promisedUntil, now + MIN_RETRY_MS) + pace;
    const wait = this.#promisedUntil - now;
    // Beyond the longest wait the times are drawn, so that they do not fall on one moment.
    return new GateFullError(
      Math.ceil(wait <= MAX_RETRY_MS ? wait : MAX_RETRY_MS * (0.5 + Math.random() / 2)),
    );
  }
}
