/**
 * @module store/mysql/history
 * Reading messages in MySQL: pages of a conversation by primary key, and one message by its client id.
 */
import { and, asc, count, desc, eq, gt, inArray, lt, lte, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/mysql-core";
import type { ConversationId, UserId } from "../../domain/ids.ts";
import { editShown, messagesOf, type ReactionRow, reactedSeqs } from "../projection.ts";
import { messageColumns, otherMember } from "../rows.ts";
import type { MessageStore } from "../store.ts";
import { traceOf } from "../traces.ts";
import type { Pool } from "./pool.ts";
import {
  authentication,
  conversationMember,
  conversationTable,
  message,
  messageEdit,
  messageReaction,
  messageState,
} from "./schema.ts";
import type { Session } from "./session.ts";

const edit = alias(message, "edit");

/** Messages as who sees up to `end` has them. */
function projection(end: number) {
  const shown = editShown({ message, state: messageState, edits: messageEdit }, end);
  return {
    columns: {
      ...messageColumns(message),
      ...{ editedSeq: shown, editedBody: edit.body },
      ...{ recalledSeq: messageState.recalledSeq, reacted: messageState.reacted },
    },
    ofState: and(eq(messageState.conversationId, message.conversationId), eq(messageState.seq, message.seq)),
    ofEdit: and(eq(edit.conversationId, message.conversationId), eq(edit.seq, shown)),
  };
}

/** Reactions on messages of a conversation, up to `end`. */
async function reactionsTo(
  { db }: Session,
  conversation: ConversationId,
  seqs: readonly number[],
  end: number,
  reader: UserId,
): Promise<ReactionRow[]> {
  if (seqs.length === 0) return [];
  const { conversationId, ofSeq, emoji, uuid, seq } = messageReaction;
  return await db
    .select({ seq: ofSeq, emoji, count: count(), mine: sql`max(${uuid} = ${reader})` })
    .from(messageReaction)
    .where(and(eq(conversationId, conversation), inArray(ofSeq, [...seqs]), lte(seq, end)))
    .groupBy(ofSeq, emoji)
    .orderBy(asc(ofSeq), desc(count()), asc(sql`min(${seq})`));
}

export function historyStore({ read }: Pool): Pick<MessageStore, "history" | "trace"> {
  const { id, kind, lo, hi, lastSeq, name } = conversationTable;
  const own = conversationMember;

  return {
    history: (conversation, reader, { after, before, limit }) =>
      read(async (session) => {
        const { db } = session;
        const [seen] = await db
          .select({ visibleFrom: own.visibleFrom, leftSeq: own.leftSeq, lastSeq })
          .from(own)
          .innerJoin(conversationTable, eq(id, own.conversationId))
          .where(and(eq(own.conversationId, conversation), eq(own.uuid, reader)));
        if (seen === undefined) return undefined;
        // What is stored between the two reads is not there: who left meanwhile may not see it.
        const end = seen.leftSeq ?? seen.lastSeq;
        const range = and(
          eq(message.conversationId, conversation),
          gt(message.seq, Math.max(after ?? 0, seen.visibleFrom - 1)),
          lt(message.seq, Math.min(before ?? end + 1, end + 1)),
        );
        const { columns, ofState, ofEdit } = projection(end);
        const upwards = after !== undefined;
        const rows = await db
          .select(columns)
          .from(message)
          .leftJoin(messageState, ofState)
          .leftJoin(edit, ofEdit)
          .where(range)
          .orderBy(upwards ? asc(message.seq) : desc(message.seq))
          .limit(Math.max(0, limit));
        if (!upwards) rows.reverse();
        const reactions = await reactionsTo(session, conversation, reactedSeqs(rows), end, reader);
        return { messages: messagesOf(rows, reactions), lastSeq: end };
      }),

    trace: (clientId) =>
      read(async ({ db }) => {
        const { columns, ofState, ofEdit } = projection(Number.MAX_SAFE_INTEGER);
        const sender = alias(authentication, "sender");
        const receiver = alias(authentication, "receiver");
        const receiverId = otherMember(message.sender, { lo, hi });
        const rows = await db
          .select({
            message: columns,
            ...{ kind, groupName: name, receiver: receiverId },
            senderName: sender.username,
            receiverName: receiver.username,
            deliveredSeq: conversationMember.deliveredSeq,
            deliveredAt: conversationMember.deliveredAt,
            readSeq: conversationMember.readSeq,
            readAt: conversationMember.readAt,
          })
          .from(message)
          .innerJoin(conversationTable, eq(id, message.conversationId))
          .leftJoin(messageState, ofState)
          .leftJoin(edit, ofEdit)
          .leftJoin(sender, eq(sender.uuid, message.sender))
          .leftJoin(receiver, eq(receiver.uuid, receiverId))
          .leftJoin(
            conversationMember,
            and(eq(conversationMember.conversationId, id), eq(conversationMember.uuid, receiverId)),
          )
          .where(eq(message.clientId, clientId))
          .orderBy(asc(message.at), asc(message.conversationId), asc(message.seq));
        return rows.map(traceOf);
      }),
  };
}
