/**
 * @module store/mysql/history
 * Reading messages in MySQL: pages of a conversation by primary key, and one message by its client id.
 */
import { and, asc, desc, eq, gt, lt } from "drizzle-orm";
import { alias } from "drizzle-orm/mysql-core";
import { messageColumns, messageOf, otherMember, traceOf } from "../rows.ts";
import type { MessageStore } from "../store.ts";
import type { Pool } from "./pool.ts";
import { authentication, conversationMember, conversationTable, message } from "./schema.ts";

const columns = messageColumns(message);

export function historyStore({ read }: Pool): Pick<MessageStore, "history" | "trace"> {
  const { id, kind, lo, hi, lastSeq, name } = conversationTable;
  const own = conversationMember;

  return {
    history: (conversation, reader, { after, before, limit }) =>
      read(async ({ db }) => {
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
        const upwards = after !== undefined;
        const rows = await db
          .select(columns)
          .from(message)
          .where(range)
          .orderBy(upwards ? asc(message.seq) : desc(message.seq))
          .limit(Math.max(0, limit));
        if (!upwards) rows.reverse();
        return { messages: rows.map(messageOf), lastSeq: end };
      }),

    trace: (clientId) =>
      read(async ({ db }) => {
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
