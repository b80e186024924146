/**
 * @module store/paging
 * Pages by key: a cursor is the last key of the page before, in decimal, so that a page costs the same wherever
 * it lies and rows added meanwhile neither repeat nor shift others.
 */
import type { Page } from "../domain/entities.ts";
import type { PageRequest } from "./store.ts";

/** Where to start and how many rows to read: one more than asked for, which tells whether a page follows. */
export function startOf({ cursor, limit }: PageRequest): { after: number; rows: number } {
  const after = cursor !== undefined && /^[0-9]{1,16}$/.test(cursor) ? Number(cursor) : 0;
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

/**
 * Where a page of conversations starts, those first that grew last. What grows while the pages are read moves to the
 * front, where they have passed; so from the end they go on with what grew since they began (`tail`), ascending.
 */
export type RecencyStart =
  | {
      readonly tail: false;
      readonly began: number | undefined;
      readonly at: number;
      readonly conversation: number;
    }
  | { readonly tail: true; readonly at: number; readonly conversation: number };

/** A commit under way may be dated so much before what was read already; milliseconds. */
const UNDER_WAY_MS = 15_000;

export function recencyStart(cursor: string | undefined): RecencyStart {
  const number = "([0-9]{1,15})";
  const [, began, at, conversation] = new RegExp(`^d${number}:${number}:${number}$`).exec(cursor ?? "") ?? [];
  if (began !== undefined)
    return { tail: false, began: Number(began), at: Number(at), conversation: Number(conversation) };
  const [, since, last] = new RegExp(`^t${number}:${number}$`).exec(cursor ?? "") ?? [];
  if (since !== undefined) return { tail: true, at: Number(since), conversation: Number(last) };
  const end = Number.MAX_SAFE_INTEGER;
  return { tail: false, began: undefined, at: end, conversation: end };
}

interface RecentRow {
  readonly conversation: number;
  readonly grownAt: number;
  /** When it was read, by the clock that dates `grownAt`. */
  readonly now: number;
}

/** As `pageOf`, for rows by when they grew: descending, or ascending in the tail. */
export function recencyPage<Row extends RecentRow, Item>(
  rows: readonly Row[],
  request: PageRequest,
  item: (row: Row) => Item,
): Page<Item> {
  const start = recencyStart(request.cursor);
  const size = startOf(request).rows - 1;
  const shown = rows.slice(0, size);
  const last = shown.at(-1);
  const items = shown.map(item);
  const more = rows.length > size && last !== undefined;
  if (start.tail) return { items, next: more ? `t${last.grownAt}:${last.conversation}` : undefined };
  const began = start.began ?? shown[0]?.now ?? 0;
  if (more) return { items, next: `d${began}:${last.grownAt}:${last.conversation}` };
  // All that there is was on one page: nothing can have moved past it.
  if (start.began === undefined) return { items, next: undefined };
  return { items, next: `t${Math.max(0, began - UNDER_WAY_MS)}:0` };
}

/** Where a page of messages starts, the newest first: behind the last one of the page before. */
export function newestFirst(request: PageRequest) {
  const [, at, conversation, seq] =
    /^([0-9]{1,15}):([0-9]{1,15}):([0-9]{1,15})$/.exec(request.cursor ?? "") ?? [];
  const end = Number.MAX_SAFE_INTEGER;
  return {
    ...{ at: Number(at ?? end), conversation: Number(conversation ?? end), seq: Number(seq ?? end) },
    rows: startOf(request).rows,
  };
}

/** As `pageOf`, for messages that `newestFirst` starts. */
export function newestPage<Row extends { at: number; conversation: number; seq: number }, Item>(
  rows: readonly Row[],
  request: PageRequest,
  item: (row: Row) => Item,
): Page<Item> {
  const size = startOf(request).rows - 1;
  const last = rows[size - 1];
  const next =
    rows.length > size && last !== undefined ? `${last.at}:${last.conversation}:${last.seq}` : undefined;
  return { items: rows.slice(0, size).map(item), next };
}
