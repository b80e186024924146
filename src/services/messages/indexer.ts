/**
 * @module services/messages/indexer
 * Keeps what searches find up with what is stored: soon after commits of this node, and now and then for what others left.
 * In short steps with rests between them, so that nothing else waits for it; it is in nobody's way and nobody waits for it.
 */
import type { Logger } from "../../lib/log.ts";
import type { SearchStore } from "../../store/store.ts";

export interface IndexerOptions {
  readonly search: Pick<SearchStore, "indexSome">;
  readonly logger: Logger;
  /** From a commit to the step that it asks for, and from one step to the next while there is more; milliseconds. */
  readonly soonMs?: number;
  /** From one look to the next while nothing is stored here; also after a failure. */
  readonly idleMs?: number;
}

/** Entries of one step: an embedded store has the thread for as long as it takes. */
const ENTRIES_A_STEP = 200;

export class Indexer {
  readonly #options: Required<IndexerOptions>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #dueSoon = false;
  #step: Promise<void> | undefined;
  #stopped = false;

  constructor(options: IndexerOptions) {
    this.#options = { soonMs: 200, idleMs: 30_000, ...options };
  }

  /** Takes up what is there already: of before this node, or cut off by its end. */
  start(): void {
    this.#stopped = false;
    this.#soon();
  }

  /** Something was stored. */
  note(): void {
    this.#soon();
  }

  /** Resolves when no step is under way; what is left is taken up at the next start. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#step;
  }

  #soon(): void {
    if (this.#dueSoon || this.#stopped) return;
    this.#dueSoon = true;
    // A step that is under way looks at this when it ends.
    if (this.#step === undefined) this.#wait(this.#options.soonMs);
  }

  #wait(milliseconds: number): void {
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#step = this.#work().finally(() => {
        this.#step = undefined;
        this.#wait(this.#dueSoon ? this.#options.soonMs : this.#options.idleMs);
      });
    }, milliseconds);
    this.#timer.unref();
  }

  async #work(): Promise<void> {
    this.#dueSoon = false;
    const { search, logger } = this.#options;
    try {
      const { more } = await search.indexSome(ENTRIES_A_STEP);
      if (more) this.#dueSoon = true;
    } catch (error) {
      // What stood in the way may be there still: the next commit asks again.
      logger.log("warn", "index.retry", { error });
    }
  }
}
