/**
 * @module store/rows
 * Entities from rows, for both adapters: what NULL in the original's columns and in a left join means.
 */
import { type Column, type SQL, sql } from "drizzle-orm";
import type { Head, Message, Profile } from "../domain/entities.ts";
import type { ConversationId, UserId } from "../domain/ids.ts";
import type { Trace } from "./store.ts";

export interface ProfileRow {
  readonly id: UserId;
  readonly username: string;
  readonly nickname: string | null;
  readonly avatar: string | null;
  readonly description: string | null;
  readonly sex: number | null;
}

export function profileOf(row: ProfileRow): Profile {
  return {
    id: row.id,
    username: row.username,
    nickname: row.nickname ?? "",
    avatar: row.avatar ?? "",
    description: row.description ?? "",
    sex: row.sex === 1 ? 1 : 0,
  };
}

export interface HeadRow {
  readonly conversation: ConversationId;
  readonly peer: UserId;
  readonly lastSeq: number;
  readonly deliveredSeq: number;
  readonly readSeq: number;
  readonly peerDeliveredSeq: number | null;
  readonly peerReadSeq: number | null;
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

export interface TraceRow {
  readonly message: Message;
  readonly receiver: UserId;
  /** NULL when the account is gone. */
  readonly senderName: string | null;
  readonly receiverName: string | null;
  readonly deliveredSeq: number | null;
  readonly deliveredAt: number | null;
  readonly readSeq: number | null;
  readonly readAt: number | null;
}

export function traceOf(row: TraceRow): Trace {
  return {
    message: row.message,
    receiver: row.receiver,
    senderName: row.senderName ?? "",
    receiverName: row.receiverName ?? "",
    deliveredSeq: row.deliveredSeq ?? 0,
    deliveredAt: row.deliveredAt ?? undefined,
    readSeq: row.readSeq ?? 0,
    readAt: row.readAt ?? undefined,
  };
}

/** In a query: the member of a direct conversation that is not `member`. */
export function otherMember(member: Column, pair: { lo: Column; hi: Column }): SQL<UserId> {
  return sql<UserId>`case when ${member} = ${pair.lo} then ${pair.hi} else ${pair.lo} end`;
}
