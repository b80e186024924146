/**
 * @module store/mysql/history
 * Reading messages in MySQL: pages of a conversation by primary key, and one message by its client id.
 */
import { and, asc, desc, eq, gt, lt, or } from "drizzle-orm";
import { alias } from "drizzle-orm/mysql-core";
import { messageColumns, otherMember, traceOf } from "../rows.ts";
import type { MessageStore } from "../store.ts";
import type { Pool } from "./pool.ts";
import { authentication, conversationMember, conversationTable, message } from "./schema.ts";

const columns = messageColumns(message);

export function historyStore({ use }: Pool): Pick<MessageStore, "history" | "trace"> {
  const { id, lo, hi, lastSeq } = conversationTable;

  return {
    history: (conversation, reader, { after, before, limit }) =>
      use(async ({ db }) => {
        const [seen] = await db
          .select({ lastSeq })
          .from(conversationTable)
          .where(and(eq(id, conversation), or(eq(lo, reader), eq(hi, reader))));
        if (seen === undefined) return undefined;
        const range = and(
          eq(message.conversationId, conversation),
          after === undefined ? undefined : gt(message.seq, after),
          before === undefined ? undefined : lt(message.seq, before),
        );
        const upwards = after !== undefined;
        const messages = await db
          .select(columns)
          .from(message)
          .where(range)
          .orderBy(upwards ? asc(message.seq) : desc(message.seq))
          .limit(Math.max(0, limit));
        if (!upwards) messages.reverse();
        return { messages, lastSeq: Math.max(seen.lastSeq, messages.at(-1)?.seq ?? 0) };
      }),

    trace: (clientId) =>
      use(async ({ db }) => {
        const sender = alias(authentication, "sender");
        const receiver = alias(authentication, "receiver");
        const receiverId = otherMember(message.sender, { lo, hi });
        const rows = await db
          .select({
            message: columns,
            receiver: receiverId,
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
