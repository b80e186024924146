/**
 * @module chat/families/pages
 * Pages of lists, of a frame's length at most.
 */
import type { Page } from "../../domain/entities.ts";
import { jsonBytes, LIST_BUDGET_BYTES } from "../bodies.ts";

/**
 * Reads a page anew, half as long, until it fits a frame: its cursor must match what is sent.
 * @param entryOf how an item is written
 */
export async function pageOfOneFrame<T, E>(
  most: number,
  read: (limit: number) => Promise<Page<T>>,
  entryOf: (item: T) => E,
): Promise<Page<E>> {
  for (let limit = most; ; limit = Math.max(1, limit >> 1)) {
    const { items, next } = await read(limit);
    const entries = items.map(entryOf);
    if (limit === 1 || jsonBytes(entries) <= LIST_BUDGET_BYTES) return { items: entries, next };
  }
}

/** Where the next page starts, as an answer tells it. */
export const nextOf = ({ next }: Page<unknown>) => (next === undefined ? undefined : { next });
