/**
 * @module store/search
 * What both adapters do alike to index the log and to search it: which messages an entry concerns, which words they
 * are found by, how far the index got.
 */
import type { ConversationId } from "../domain/ids.ts";
import { QUIET_KINDS } from "../domain/kinds.ts";
import { termsOf } from "../domain/search/terms.ts";

/** Conversations that one call brings forward at most. */
export const INDEXED_AT_ONCE = 200;
/** A commit under way may be dated so much before what was indexed already; milliseconds. */
export const UNDER_WAY_MS = 15_000;
/** A conversation whose log goes further than its index. */
export interface Behind {
  readonly conversation: ConversationId;
  readonly lastSeq: number;
  readonly indexedSeq: number;
  /** When it last grew, milliseconds since 1970 by the store's clock. */
  readonly grownAt: number;
}

/** An entry of the log, as the index looks at it. */
export interface Entry {
  readonly seq: number;
  readonly kind: string;
  /** JSON. */
  readonly data: string | null;
}

/** The seqs whose messages are to be indexed anew for these entries: their own, or what they change. */
export function touchedSeqs(entries: readonly Entry[]): number[] {
  const seqs = new Set<number>();
  for (const { seq, kind, data } of entries) {
    if (!QUIET_KINDS.includes(kind)) seqs.add(seq);
    else if (kind === "edit" || kind === "recall")
      seqs.add((JSON.parse(data ?? "{}") as { of?: number }).of ?? 0);
  }
  return [...seqs];
}

/** A message as it is to be found. */
export interface Findable {
  readonly conversation: ConversationId;
  readonly seq: number;
  readonly at: number;
  readonly body: string;
  readonly editedBody: string | null;
  readonly recalledSeq: number | null;
}

/** The terms of a message as it is now, each once; none of one that was recalled. */
export const foundBy = ({ body, editedBody, recalledSeq }: Findable): ReadonlySet<string> =>
  new Set(recalledSeq === null ? termsOf(editedBody ?? body) : []);

/** How far the whole index got, when it is taken to be behind which conversations still were. */
export interface Progress {
  /** All that grew before is indexed; milliseconds since 1970. */
  readonly grownAt: number;
  readonly more: boolean;
}

/**
 * @param found what was behind, by when it grew; `INDEXED_AT_ONCE` at most.
 * @param done how many of those are not any more.
 * @param now by the store's clock, before they were looked for.
 */
export function progressOf(from: number, found: readonly Behind[], done: number, now: number): Progress {
  const more = done < found.length || found.length === INDEXED_AT_ONCE;
  const reached = more ? (found[done === found.length ? done - 1 : done]?.grownAt ?? from) : now;
  return { grownAt: Math.max(from, Math.min(reached, now - UNDER_WAY_MS)), more };
}

/** Without anything to index nothing need be written at every look: a later one goes over a little more again. */
export const isWorthNoting = (from: number, grownAt: number, entries: number): boolean =>
  entries > 0 || grownAt - from > 10 * UNDER_WAY_MS;
