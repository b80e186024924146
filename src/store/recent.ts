/**
 * @module store/recent
 * What changed lately, for both adapters: which rows a page of changes holds, and what they mean. How an engine tells
 * the time is its own.
 */
import { and, type Column, eq, gt, gte, or, type SQL } from "drizzle-orm";
import type { ConversationKind } from "../domain/entities.ts";
import type { ConversationId, UserId } from "../domain/ids.ts";
import { type ChangedAfter, changedAfter } from "./paging.ts";
import type { Grown, Moved, PageRequest } from "./store.ts";

/** An engine's times as they stand in its columns. */
export interface StoredTimes {
  /** @param milliseconds since 1970 */
  readonly timeOf: (milliseconds: number) => SQL<unknown>;
  /** The time that lies so long ago. */
  readonly ago: (milliseconds: number) => SQL<unknown>;
}

/** What changed in the window, or behind the page before: later, or at the same time and `further` by its key. */
export function changedWithin(
  { timeOf, ago }: StoredTimes,
  time: Column,
  windowMs: number,
  { cursor }: PageRequest,
  further: (last: ChangedAfter) => SQL | undefined,
): SQL | undefined {
  const last = changedAfter(cursor);
  if (last === undefined) return gte(time, ago(Math.ceil(windowMs)));
  const at = timeOf(last.at);
  return and(gte(time, at), or(gt(time, at), further(last)));
}

/** Members behind the last one of a page, of those whose cursors moved at the same time. */
export function furtherMember(conversation: Column, user: Column) {
  return (last: ChangedAfter): SQL | undefined =>
    or(gt(conversation, last.conversation), and(eq(conversation, last.conversation), gt(user, last.user)));
}

export interface GrownRow {
  readonly conversation: ConversationId;
  readonly kind: ConversationKind;
  readonly lo: UserId | null;
  readonly hi: UserId | null;
  readonly lastSeq: number;
}

export function grownOf({ conversation, kind, lo, hi, lastSeq }: GrownRow): Grown {
  return { conversation, kind, members: [lo, hi].filter((member) => member !== null), lastSeq };
}

export interface MovedRow extends Omit<Moved, "peer"> {
  /** NULL in a group. */
  readonly peer: UserId | null;
}

export function movedOf({ conversation, user, peer, delivered, read }: MovedRow): Moved {
  return { conversation, user, peer: peer ?? undefined, delivered, read };
}
