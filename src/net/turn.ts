/**
 * @module net/turn
 * Gathers the connections that have frames to write and flushes each of them once, at the end of the turn of
 * the event loop, so that frames that were queued one by one leave in one write.
 */

export interface Flushable {
  flush(): void;
}

export class Turn {
  #waiting: Flushable[] = [];

  /** Flushes `target` at the end of this turn. A target that is added twice is flushed twice. */
  add(target: Flushable): void {
    if (this.#waiting.push(target) === 1) setImmediate(this.#run);
  }

  readonly #run = (): void => {
    const targets = this.#waiting;
    this.#waiting = [];
    for (const target of targets) target.flush();
  };
}
