/**
 * @module lib/until-done
 * Work that needs a server which may be away, and must be done in the end: what fails is tried again, once a second,
 * in the order in which it was asked for; of one key the latest.
 */
export interface UntilDoneOptions {
  /** Told of each failure. */
  readonly onFailure: (key: string, error: unknown) => void;
  /** Milliseconds between two rounds; a second unless given. */
  readonly retryMs?: number;
}

/** What may wait at once; beyond it the oldest is given up. */
const MAX_WAITING = 10_000;

export class UntilDone {
  readonly #options: UntilDoneOptions;
  readonly #waiting = new Map<string, () => Promise<void>>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: UntilDoneOptions) {
    this.#options = options;
  }

  /** How much waits to be tried again. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Tries now. Resolves when it is done, or waits to be tried again. */
  async run(key: string, work: () => Promise<void>): Promise<void> {
    this.#waiting.delete(key);
    try {
      await work();
    } catch (error) {
      this.#options.onFailure(key, error);
      this.#waiting.set(key, work);
      if (this.#waiting.size > MAX_WAITING)
        for (const oldest of this.#waiting.keys().take(1)) this.#waiting.delete(oldest);
      this.#schedule();
    }
  }

  #schedule(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => void this.#round(), this.#options.retryMs ?? 1_000);
    this.#timer.unref();
  }

  async #round(): Promise<void> {
    for (const [key, work] of [...this.#waiting])
      if (this.#waiting.get(key) === work) await this.run(key, work);
    this.#timer = undefined;
    if (this.#waiting.size > 0) this.#schedule();
  }
}
