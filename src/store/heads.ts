/**
 * @module store/heads
 * Where conversations stand, for both adapters: what a head is made of in a query, and what of it is stored.
 *
 * To oneself one's own texts are delivered and read. Nothing is written for that when a text is sent: a cursor is
 * carried over them when it is looked at. Of a member with whom a block is between, the marks of its beginning
 * are shown.
 */
import { type Column, type SQL, sql } from "drizzle-orm";
import type { ConversationKind, ConversationSettings, Head, Role } from "../domain/entities.ts";
import type { ConversationId, UserId } from "../domain/ids.ts";
import { QUIET_KINDS } from "../domain/kinds.ts";
import { type MessageRow, messageOf, otherMember } from "./rows.ts";

/** The columns by which a conversation's messages are looked through. */
export interface TextColumns {
  /** `lastSeq`: the last seq that counts. */
  readonly conversation: { readonly id: Column; readonly lastSeq: Column | SQL };
  readonly message: {
    readonly conversationId: Column;
    readonly seq: Column;
    readonly sender: Column;
    readonly kind: Column;
  };
}

/**
 * How far a member's cursor reaches when their own texts count as passed: to before the first text of another
 * beyond it. One probe of Message's primary key, and none where there is nothing beyond.
 */
export function carried(cursor: Column, member: Column | SQL, columns: TextColumns): SQL<number> {
  const { id, lastSeq } = columns.conversation;
  const { conversationId, seq, sender } = columns.message;
  return sql<number>`case when ${lastSeq} > ${cursor} then coalesce((select ${seq} - 1 from ${seq.table}
    where ${conversationId} = ${id} and ${seq} > ${cursor} and ${seq} <= ${lastSeq} and ${sender} <> ${member}
    order by ${seq} limit 1), ${lastSeq}) else ${cursor} end`;
}

/** Entries beyond what was read of which each is asked whether it counts as unread. */
const COUNTED = 100;
/** Kinds that do not, whatever else there is (wire/kinds). */
const UNCOUNTED = sql.raw(QUIET_KINDS.map((kind) => `'${kind}'`).join(", "));

interface MarkColumns {
  readonly deliveredSeq: Column;
  readonly readSeq: Column;
}

interface HeadColumns extends TextColumns {
  readonly conversation: {
    readonly id: Column;
    readonly lastSeq: Column;
    readonly lo: Column;
    readonly hi: Column;
  };
  readonly own: MarkColumns & { readonly uuid: Column; readonly leftSeq: Column };
  readonly other: MarkColumns & { readonly shownDeliveredSeq: Column; readonly shownReadSeq: Column };
}

/** In a query: the last seq that a member may see. */
export const lastVisible = (leftSeq: Column, lastSeq: Column): SQL<number> =>
  sql<number>`coalesce(${leftSeq}, ${lastSeq})`;

/** What a query selects for where a head stands, beside `user` and `conversation`. */
export function headColumns({ conversation, message, own, other }: HeadColumns) {
  const lastSeq = lastVisible(own.leftSeq, conversation.lastSeq);
  const texts = { conversation: { id: conversation.id, lastSeq }, message };
  const peer = otherMember(own.uuid, conversation);
  const seen = (shown: Column, cursor: Column) =>
    sql<number | null>`coalesce(${shown}, ${carried(cursor, peer, texts)})`;
  const stored = (cursor: Column) =>
    sql<number | null>`case when ${other.shownReadSeq} is null then ${cursor} end`;
  return {
    peer,
    lastSeq,
    deliveredSeq: carried(own.deliveredSeq, own.uuid, texts),
    readSeq: carried(own.readSeq, own.uuid, texts),
    peerDeliveredSeq: seen(other.shownDeliveredSeq, other.deliveredSeq),
    peerReadSeq: seen(other.shownReadSeq, other.readSeq),
    storedPeerDelivered: stored(other.deliveredSeq),
    storedPeerRead: stored(other.readSeq),
  };
}

/** Of the first entries beyond what was read, those of others that count as unread. */
export function countedUnread({ conversation, message, own }: Omit<HeadColumns, "other">): SQL<number> {
  const { conversationId, seq, sender, kind } = message;
  const last = lastVisible(own.leftSeq, conversation.lastSeq);
  return sql<number>`case when ${last} > ${own.readSeq} then (select count(*) from ${seq.table}
    where ${conversationId} = ${conversation.id} and ${seq} > ${own.readSeq} and ${seq} <= ${own.readSeq} + ${sql.raw(String(COUNTED))}
    and ${seq} <= ${last} and ${sender} <> ${own.uuid} and ${kind} not in (${UNCOUNTED})) else 0 end`;
}

/** Where a head stands, as it is read; what the other member's columns hold is null where there is none. */
export interface StandRow {
  readonly user: UserId;
  readonly conversation: ConversationId;
  /** NULL in a group. */
  readonly peer: UserId | null;
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

export interface HeadRow extends StandRow, SettingsRow {
  readonly kind: ConversationKind;
  readonly role: Role | null;
  readonly leftSeq: number | null;
  readonly leftName: string | null;
  readonly leftAvatar: string | null;
  readonly name: string | null;
  readonly avatar: string | null;
  readonly members: number;
  readonly counted: number;
  readonly last: MessageRow | null;
}

export function headOf(row: HeadRow): Head {
  const { conversation, kind, lastSeq, deliveredSeq, readSeq, storedRead, counted, last } = row;
  const beyond = Math.max(0, lastSeq - Math.max(readSeq, storedRead + COUNTED));
  return {
    ...{ conversation, kind, peer: row.peer ?? undefined, lastSeq, deliveredSeq, readSeq },
    ...{ peerDeliveredSeq: row.peerDeliveredSeq ?? 0, peerReadSeq: row.peerReadSeq ?? 0 },
    unread: readSeq >= lastSeq ? 0 : counted + beyond,
    ...settingsOf(row),
    ...(last !== null && { last: messageOf(last) }),
    ...(kind === "group" && groupFields(row)),
  };
}

function groupFields(row: HeadRow): Pick<Head, "name" | "avatar" | "members" | "role"> {
  const { leftSeq, leftName, leftAvatar, name, avatar, members, role } = row;
  if (leftSeq !== null) return { name: leftName ?? "", avatar: leftAvatar ?? "" };
  return { name: name ?? "", avatar: avatar ?? "", members, ...(role !== null && { role }) };
}

/** What a query selects for what a member set. */
export function settingsColumns<Row extends Record<SettingsColumn, Column>>(own: Row) {
  const { mutedUntil, pinned, archived }: Pick<Row, SettingsColumn> = own;
  return { mutedUntil, pinned, archived };
}

type SettingsColumn = "mutedUntil" | "pinned" | "archived";

export interface SettingsRow {
  readonly mutedUntil: number | null;
  readonly pinned: number;
  readonly archived: number;
}

export function settingsOf({ mutedUntil, pinned, archived }: SettingsRow): ConversationSettings {
  return {
    ...(mutedUntil !== null && mutedUntil !== 0 && { mutedUntil }),
    pinned: Boolean(pinned),
    archived: Boolean(archived),
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
export function longRuns(rows: readonly StandRow[]): Reaching[] {
  return rows.flatMap((row) => {
    const { conversation, user, peer, deliveredSeq, readSeq, peerDeliveredSeq, peerReadSeq } = row;
    const { storedDelivered, storedRead, storedPeerDelivered, storedPeerRead } = row;
    const found: Reaching[] = [];
    if (isLong(deliveredSeq, storedDelivered) || isLong(readSeq, storedRead))
      found.push({ conversation, user, delivered: deliveredSeq, read: readSeq });
    if (
      peer !== null &&
      (isLong(peerDeliveredSeq, storedPeerDelivered) || isLong(peerReadSeq, storedPeerRead))
    )
      found.push({ conversation, user: peer, delivered: peerDeliveredSeq ?? 0, read: peerReadSeq ?? 0 });
    return found;
  });
}

const isLong = (reaches: number | null, stored: number | null): boolean =>
  reaches !== null && stored !== null && reaches - stored > LONG_RUN;
