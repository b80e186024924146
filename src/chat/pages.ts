/**
 * @module chat/pages
 * Pages of lists, of a frame's length at most.
 */
import type { Page } from "../domain/entities.ts";
import { jsonBytes, LIST_BUDGET_BYTES } from "./bodies.ts";

/** A page as it is sent, and as it was read. */
export interface Written<P, E> extends Page<E> {
  readonly read: P;
}

/**
 * Reads a page anew, half as long, until it fits: its cursor must match what is sent.
 * @param entryOf how an item is written. @param budget what it may take, in bytes of JSON: a frame's unless given
 */
export async function pageOfOneFrame<T, E, P extends Page<T>>(
  most: number,
  read: (limit: number) => Promise<P & Page<T>>,
  entryOf: (item: T) => E,
  budget = LIST_BUDGET_BYTES,
): Promise<Written<P, E>> {
  for (let limit = most; ; limit = Math.max(1, limit >> 1)) {
    const page = await read(limit);
    const entries = page.items.map(entryOf);
    if (limit === 1 || jsonBytes(entries) <= budget) return { items: entries, next: page.next, read: page };
  }
}

/** Where the next page starts, as an answer tells it. */
export const nextOf = ({ next }: Page<unknown>) => (next === undefined ? undefined : { next });
