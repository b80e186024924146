/**
 * @module store/paging
 * Pages by key: a cursor is the last key of the page before, in decimal, so that a page costs the same wherever
 * it lies and rows added meanwhile neither repeat nor shift others.
 */
import type { Page } from "../domain/entities.ts";
import type { PageRequest } from "./store.ts";

/** Where to start and how many rows to read: one more than asked for, which tells whether a page follows. */
export function startOf({ cursor, limit }: PageRequest): { after: number; rows: number } {
  const after = cursor !== undefined && /^[0-9]{1,15}$/.test(cursor) ? Number(cursor) : 0;
  return { after, rows: Math.max(1, Math.trunc(limit)) + 1 };
}

/**
 * The page made of the rows that were read.
 * @param rows at most `startOf(request).rows`, ascending by key.
 */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  request: PageRequest,
  key: (row: Row) => number,
  item: (row: Row) => Item,
): Page<Item> {
  const size = startOf(request).rows - 1;
  const shown = rows.slice(0, size);
  const last = shown.at(-1);
  return {
    items: shown.map(item),
    next: rows.length > size && last !== undefined ? String(key(last)) : undefined,
  };
}

/** Where a page of what changed lately starts: behind the last row of the page before it. */
export interface ChangedAfter {
  /** When that row changed, milliseconds since 1970. */
  readonly at: number;
  /** What tells rows apart that changed at the same time: `conversation`, and `user` for members. */
  readonly conversation: number;
  readonly user: number;
}

/** The start that a cursor of `changesOf` names; undefined for the first page. */
export function changedAfter(cursor: string | undefined): ChangedAfter | undefined {
  const [, at, conversation, user] = /^([0-9]{1,15}):([0-9]{1,15}):([0-9]{1,15})$/.exec(cursor ?? "") ?? [];
  if (at === undefined) return undefined;
  return { at: Number(at), conversation: Number(conversation), user: Number(user) };
}

/** As `pageOf`, for rows ascending by when they changed. */
export function changesOf<Row extends Pick<ChangedAfter, "at" | "conversation"> & { user?: number }, Item>(
  rows: readonly Row[],
  request: PageRequest,
  item: (row: Row) => Item,
): Page<Item> {
  const size = startOf(request).rows - 1;
  const shown = rows.slice(0, size);
  const last = shown.at(-1);
  const next =
    rows.length > size && last !== undefined
      ? `${last.at}:${last.conversation}:${last.user ?? 0}`
      : undefined;
  return { items: shown.map(item), next };
}
