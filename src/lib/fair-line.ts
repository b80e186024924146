/**
 * @module lib/fair-line
 * Those who wait for one thing, by who they are (a *key*): keys take turns, so that one who asks a thousand times waits
 * behind himself and not before everybody else.
 */

/** One who waits; told exactly once. */
export interface Waiter {
  /** Since when, milliseconds on a clock that never steps. */
  readonly since: number;
  start(): void;
  refuse(): void;
}

export class FairLine<K> {
  readonly #queues = new Map<K, Waiter[]>();
  /** The keys that wait, each once; the next in turn first. */
  #order: K[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(key: K, waiter: Waiter): void {
    const queue = this.#queues.get(key);
    if (queue !== undefined) queue.push(waiter);
    else {
      this.#queues.set(key, [waiter]);
      this.#order.push(key);
    }
    this.#length++;
  }

  /** The next in turn, off the line. @param newestFirst whether that is the key that came last, and of it the last */
  next(newestFirst: boolean): Waiter | undefined {
    const key = newestFirst ? this.#order.pop() : this.#order.shift();
    const queue = key === undefined ? undefined : this.#queues.get(key);
    if (key === undefined || queue === undefined) return undefined;
    const waiter = newestFirst ? queue.pop() : queue.shift();
    this.#length--;
    if (queue.length === 0) this.#queues.delete(key);
    else if (newestFirst) this.#order.unshift(key);
    else this.#order.push(key);
    return waiter;
  }

  /** The one who has waited longest of the key that has most, off the line: one too many waits. */
  longest(): Waiter | undefined {
    let most: K | undefined;
    let count = 0;
    for (const [key, queue] of this.#queues) {
      if (queue.length <= count) continue;
      most = key;
      count = queue.length;
    }
    if (most === undefined) return undefined;
    const [waiter] = this.#take(most, 1);
    return waiter;
  }

  /** Those who wait since then or longer, off the line. */
  since(latest: number): Waiter[] {
    return [...this.#queues].flatMap(([key, queue]) => {
      const over = queue.findIndex(({ since }) => since > latest);
      return over === 0 ? [] : this.#take(key, over < 0 ? queue.length : over);
    });
  }

  /** The first so many of a key. */
  #take(key: K, count: number): Waiter[] {
    const queue = this.#queues.get(key) ?? [];
    const taken = queue.splice(0, count);
    this.#length -= taken.length;
    if (queue.length === 0) {
      this.#queues.delete(key);
      this.#order = this.#order.filter((other) => other !== key);
    }
    return taken;
  }
}
