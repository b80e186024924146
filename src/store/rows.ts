/**
 * @module store/rows
 * Entities from rows, for both adapters: what NULL in the original's columns and in a left join means.
 */
import { type Column, type SQL, sql } from "drizzle-orm";
import type { Message, Profile } from "../domain/entities.ts";
import type { UserId } from "../domain/ids.ts";

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

/** The columns of a message, by the names that queries select them by. */
export function messageColumns<Row extends Record<MessageColumn, Column>>(row: Row) {
  const { conversationId, seq, sender, clientId, kind, body, at, data, replyTo }: Pick<Row, MessageColumn> =
    row;
  return { conversation: conversationId, seq, sender, clientId, kind, body, at, data, replyTo };
}

type MessageColumn =
  | ("conversationId" | "seq" | "sender" | "clientId" | "kind" | "body" | "at")
  | ("data" | "replyTo");

export interface MessageRow
  extends Pick<Message, "conversation" | "seq" | "sender" | "clientId" | "kind" | "body" | "at"> {
  /** JSON. */
  readonly data: string | null;
  readonly replyTo: number | null;
}

export function messageOf({ data, replyTo, ...message }: MessageRow): Message {
  return {
    ...message,
    ...(data !== null && { data: JSON.parse(data) as unknown }),
    ...(replyTo !== null && { replyTo }),
  };
}

/** A message's `data` as its column has it. */
export const dataText = (data: unknown): string | null => (data === undefined ? null : JSON.stringify(data));

/** The columns in which a profile may change. */
interface ProfileColumns {
  readonly nickname: Column;
  readonly avatar: Column;
  readonly description: Column;
  readonly sex: Column;
}

/** In a query: what is shown of somebody who may block the viewer (then `block` is that row): what they were then. */
export function asShown(block: ProfileColumns, profile: ProfileColumns) {
  const text = (name: "nickname" | "avatar" | "description") =>
    sql<string | null>`coalesce(${block[name]}, ${profile[name]})`;
  return {
    nickname: text("nickname"),
    avatar: text("avatar"),
    description: text("description"),
    sex: sql<number | null>`coalesce(${block.sex}, ${profile.sex})`,
  };
}

/** In a query: the member of a direct conversation that is not `member`; NULL in a group. */
export function otherMember(member: Column, pair: { lo: Column; hi: Column }): SQL<UserId | null> {
  return sql<UserId | null>`case when ${member} = ${pair.lo} then ${pair.hi} else ${pair.lo} end`;
}
