/**
 * @module lib/fair-gate
 * Bounds how many of one kind of work run at once, and shares the turns between those who ask (a *key*: a client
 * address, a user), so that one who asks a thousand times waits behind himself and not before everybody else.
 *
 * While the queue is short it is first come, first served. When it is long it is *last* come, first served: in a
 * herd the wait is long for somebody, and served in order it would be as long for everybody who comes meanwhile.
 * Who waits longer than is useful is told to come back, and when: an answer that comes too late was work for
 * nothing.
 */

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

interface Waiter {
  readonly since: number;
  start(): void;
  refuse(error: GateFullError): void;
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
  readonly #queues = new Map<K, Waiter[]>();
  /** The keys that wait, each once; the next in turn first. */
  #order: K[] = [];
  #waiting = 0;
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
    return this.#waiting;
  }

  /** Runs `work` when it is the key's turn. @throws GateFullError when it does not come in time; else what `work` throws. */
  async run<T>(key: K, work: () => Promise<T>): Promise<T> {
    if (this.#waiting > 0 || !this.#hasRoom()) await this.#wait(key);
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

  #wait(key: K): Promise<void> {
    return new Promise((start, refuse) => {
      const waiter: Waiter = { since: this.#now(), start, refuse };
      const queue = this.#queues.get(key);
      if (queue !== undefined) queue.push(waiter);
      else {
        this.#queues.set(key, [waiter]);
        this.#order.push(key);
      }
      this.#waiting++;
      if (this.#waiting > this.#options.queueLimit) this.#refuseOne();
      this.#expiry ??= setTimeout(() => this.#expire(), this.#options.maxWaitMs / 8);
    });
  }

  #startNext(): void {
    while (this.#waiting > 0 && this.#hasRoom()) {
      this.#take();
      this.#nextWaiter()?.start();
    }
  }

  /** The next in turn, off the queue. */
  #nextWaiter(): Waiter | undefined {
    const calm = this.#isCalm();
    const key = calm ? this.#order.shift() : this.#order.pop();
    const queue = key === undefined ? undefined : this.#queues.get(key);
    if (key === undefined || queue === undefined) return undefined;
    const waiter = calm ? queue.shift() : queue.pop();
    this.#waiting--;
    if (queue.length === 0) this.#queues.delete(key);
    else if (calm) this.#order.push(key);
    else this.#order.unshift(key);
    return waiter;
  }

  /** Whether those who wait can be served in good time in the order in which they came. */
  #isCalm(): boolean {
    return (this.#waiting * this.#meanMs) / this.#options.slots <= CALM_MS;
  }

  /** One too many waits: it is the key's that has most, and of these the one that has waited longest. */
  #refuseOne(): void {
    let most: K | undefined;
    let count = 0;
    for (const [key, queue] of this.#queues) {
      if (queue.length <= count) continue;
      most = key;
      count = queue.length;
    }
    const queue = most === undefined ? undefined : this.#queues.get(most);
    const waiter = queue?.shift();
    if (most === undefined || waiter === undefined) return;
    this.#waiting--;
    if (queue?.length === 0) this.#drop(most);
    waiter.refuse(this.#full());
  }

  /** Turns those away who have waited too long, and looks again while there are others. */
  #expire(): void {
    const latest = this.#now() - this.#options.maxWaitMs;
    for (const [key, queue] of this.#queues) {
      while (queue[0] !== undefined && queue[0].since <= latest) {
        this.#waiting--;
        queue.shift()?.refuse(this.#full());
      }
      if (queue.length === 0) this.#drop(key);
    }
    this.#expiry =
      this.#waiting === 0 ? undefined : setTimeout(() => this.#expire(), this.#options.maxWaitMs / 8);
  }

  #drop(key: K): void {
    this.#queues.delete(key);
    this.#order = this.#order.filter((other) => other !== key);
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
