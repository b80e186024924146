/**
 * @module lib/fair-queue
 * A queue that several owners share and that is emptied in batches: each owner's items keep their order, and the
 * owners take turns (deficit round robin). In a turn an owner gets a quantum of weight, and what a turn left unused
 * counts in the next one, so owners get the same share by weight, however long their items and their lines are.
 */
import type { Queue } from "./batcher.ts";

export interface FairQueueOptions<T> {
  readonly ownerOf: (item: T) => unknown;
  /** What an item counts, above zero. */
  readonly weightOf: (item: T) => number;
  /** What one turn gives. */
  readonly quantum: number;
  /** Most items of one batch. */
  readonly maxItems: number;
  /** Most weight of one batch; an item that is heavier is a batch of its own. */
  readonly maxWeight: number;
}

/** What one owner has waiting. */
interface Line<T> {
  readonly items: T[];
  /** Weight it may take in this turn. */
  credit: number;
}

export class FairQueue<T> implements Queue<T> {
  readonly #options: FairQueueOptions<T>;
  /** In the order of their turns. */
  readonly #lines = new Map<unknown, Line<T>>();
  #length = 0;

  constructor(options: FairQueueOptions<T>) {
    this.#options = options;
  }

  get length(): number {
    return this.#length;
  }

  push(item: T): void {
    const owner = this.#options.ownerOf(item);
    const line = this.#lines.get(owner);
    if (line === undefined) this.#lines.set(owner, { items: [item], credit: this.#options.quantum });
    else line.items.push(item);
    this.#length += 1;
  }

  take(): T[] {
    const { weightOf, quantum, maxItems, maxWeight } = this.#options;
    const batch: T[] = [];
    let weight = 0;
    // A line whose turn is over goes to the end of the map, and this loop comes by again.
    for (const [owner, line] of this.#lines) {
      let taken = 0;
      let full = false;
      for (const item of line.items) {
        const own = weightOf(item);
        full = batch.length === maxItems || (batch.length > 0 && weight + own > maxWeight);
        if (full || own > line.credit) break;
        batch.push(item);
        weight += own;
        line.credit -= own;
        taken += 1;
      }
      line.items.splice(0, taken);
      // Its turn goes on in the next batch.
      if (full) break;
      this.#lines.delete(owner);
      if (line.items.length === 0) continue;
      line.credit += quantum;
      this.#lines.set(owner, line);
    }
    this.#length -= batch.length;
    return batch;
  }

  drain(): T[] {
    const items = [...this.#lines.values()].flatMap((line) => line.items);
    this.#lines.clear();
    this.#length = 0;
    return items;
  }
}
