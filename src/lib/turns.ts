/**
 * @module lib/turns
 * Work that must not overlap with other work of the same key.
 */

/** One at a time per key, in the order of the calls. Keys without work cost nothing. */
export class Turns<K> {
  readonly #last = new Map<K, Promise<void>>();

  /** Runs `work` when everything of that key that was asked for before has settled. Settles as `work` does. */
  run<T>(key: K, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const result = before === undefined ? work() : before.then(work);
    const over = result.then(
      () => {},
      () => {},
    );
    this.#last.set(key, over);
    void over.then(() => {
      if (this.#last.get(key) === over) this.#last.delete(key);
    });
    return result;
  }
}
