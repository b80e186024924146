/**
 * @module lib/stint
 * Long work in pieces. There is one thread, and awaiting what is there already does not give it away: who goes through
 * thousands of things rests between them, so that everybody else's turn comes every few milliseconds.
 */

/** How long one may go on, milliseconds. */
const LONGEST_MS = 5;

export class Stint {
  #since = performance.now();

  /** Lets others have the thread if this has had it for long enough. */
  async rest(): Promise<void> {
    if (performance.now() - this.#since < LONGEST_MS) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.#since = performance.now();
  }
}
