/**
 * @module store/heads
 * Where conversations stand, for both adapters: what a head is made of in a query, and what of it is stored.
 *
 * To oneself one's own texts are delivered and read. Nothing is written for that when a text is sent: a cursor is
 * carried over them when it is looked at. Of a member with whom a block is between, the marks of its beginning
 * are shown.
 */
import { type Column, type SQL, sql } from "drizzle-orm";
import type { Head } from "../domain/entities.ts";
import type { ConversationId, UserId } from "../domain/ids.ts";
import { otherMember } from "./rows.ts";

/** The columns by which a conversation's messages are looked through. */
export interface TextColumns {
  readonly conversation: { readonly id: Column; readonly lastSeq: Column };
  readonly message: { readonly conversationId: Column; readonly seq: Column; readonly sender: Column };
}

/**
 * How far a member's cursor reaches when their own texts count as passed: to before the first text of another
 * beyond it. One probe of Message's primary key, and none where there is nothing beyond.
 */
export function carried(cursor: Column, member: Column | SQL, columns: TextColumns): SQL<number> {
  const { id, lastSeq } = columns.conversation;
  const { conversationId, seq, sender } = columns.message;
  return sql<number>`case when ${lastSeq} > ${cursor} then coalesce((select ${seq} - 1 from ${seq.table}
    where ${conversationId} = ${id} and ${seq} > ${cursor} and ${sender} <> ${member}
    order by ${seq} limit 1), ${lastSeq}) else ${cursor} end`;
}

interface MarkColumns {
  readonly deliveredSeq: Column;
  readonly readSeq: Column;
}

interface HeadColumns extends TextColumns {
  readonly conversation: TextColumns["conversation"] & { readonly lo: Column; readonly hi: Column };
  readonly own: MarkColumns & { readonly uuid: Column };
  readonly other: MarkColumns & { readonly shownDeliveredSeq: Column; readonly shownReadSeq: Column };
}

/** What a query selects for heads, beside `user`, `conversation` and `lastSeq`. */
export function headColumns({ conversation, message, own, other }: HeadColumns) {
  const texts = { conversation, message };
  const peer = otherMember(own.uuid, conversation);
  const seen = (shown: Column, cursor: Column) =>
    sql<number | null>`coalesce(${shown}, ${carried(cursor, peer, texts)})`;
  const stored = (cursor: Column) =>
    sql<number | null>`case when ${other.shownReadSeq} is null then ${cursor} end`;
  return {
    peer,
    deliveredSeq: carried(own.deliveredSeq, own.uuid, texts),
    readSeq: carried(own.readSeq, own.uuid, texts),
    peerDeliveredSeq: seen(other.shownDeliveredSeq, other.deliveredSeq),
    peerReadSeq: seen(other.shownReadSeq, other.readSeq),
    storedPeerDelivered: stored(other.deliveredSeq),
    storedPeerRead: stored(other.readSeq),
  };
}

/** A head as it is read; what the other member's columns hold is null where there is none. */
export interface HeadRow {
  readonly user: UserId;
  readonly conversation: ConversationId;
  readonly peer: UserId;
  readonly lastSeq: number;
  readonly deliveredSeq: number;
  readonly readSeq: number;
  readonly peerDeliveredSeq: number | null;
  readonly peerReadSeq: number | null;
  readonly storedDelivered: number;
  readonly storedRead: number;
  /** Null, too, where a block keeps them from being looked at. */
  readonly storedPeerDelivered: number | null;
  readonly storedPeerRead: number | null;
}

export function headOf(row: HeadRow): Head {
  return {
    conversation: row.conversation,
    peer: row.peer,
    lastSeq: row.lastSeq,
    deliveredSeq: row.deliveredSeq,
    readSeq: row.readSeq,
    peerDeliveredSeq: row.peerDeliveredSeq ?? 0,
    peerReadSeq: row.peerReadSeq ?? 0,
  };
}

/** A member whose marks reach further than they are stored. */
export interface Reaching {
  readonly conversation: ConversationId;
  readonly user: UserId;
  readonly delivered: number;
  readonly read: number;
}

/** Own texts that a look passed over beyond which it is stored how far it got. */
const LONG_RUN = 100;

/**
 * Members who sent so much, and acknowledged nothing meanwhile, that to pass over it takes its time: stored, it is
 * passed over once, however often somebody logs in.
 */
export function longRuns(rows: readonly HeadRow[]): Reaching[] {
  return rows.flatMap((row) => {
    const { conversation, user, peer, deliveredSeq, readSeq, peerDeliveredSeq, peerReadSeq } = row;
    const { storedDelivered, storedRead, storedPeerDelivered, storedPeerRead } = row;
    const found: Reaching[] = [];
    if (isLong(deliveredSeq, storedDelivered) || isLong(readSeq, storedRead))
      found.push({ conversation, user, delivered: deliveredSeq, read: readSeq });
    if (isLong(peerDeliveredSeq, storedPeerDelivered) || isLong(peerReadSeq, storedPeerRead))
      found.push({ conversation, user: peer, delivered: peerDeliveredSeq ?? 0, read: peerReadSeq ?? 0 });
    return found;
  });
}

const isLong = (reaches: number | null, stored: number | null): boolean =>
  reaches !== null && stored !== null && reaches - stored > LONG_RUN;
