/**
 * @module store/sqlite/history
 * Reading messages in SQLite: pages of a conversation by primary key, and one message by its client id.
 */
import { and, asc, desc, eq, gt, lt, or, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import { lazy } from "../lazy.ts";
import { messageColumns, otherMember, traceOf } from "../rows.ts";
import type { MessageStore } from "../store.ts";
import type { Connection } from "./connection.ts";
import { authentication, conversationMember, conversationTable, message } from "./schema.ts";

const columns = messageColumns(message);

export function historyStore({ db, read }: Connection): Pick<MessageStore, "history" | "trace"> {
  const statements = lazy(() => prepare(db));

  return {
    history: (conversation, reader, { after, before = Number.MAX_SAFE_INTEGER, limit }) =>
      read(() => {
        const seen = statements().seen.get({ id: conversation, reader });
        if (seen === undefined) return undefined;
        const { lastSeq } = seen;
        const range = { id: conversation, after: after ?? 0, before, limit: Math.max(0, limit) };
        const messages =
          after === undefined ? statements().downwards.all(range).reverse() : statements().upwards.all(range);
        return { messages, lastSeq };
      }),

    trace: (clientId) => read(() => statements().trace.all({ clientId }).map(traceOf)),
  };
}

function prepare(db: Connection["db"]) {
  const value = sql.placeholder;
  const { id, lo, hi, lastSeq } = conversationTable;
  const range = and(
    eq(message.conversationId, value("id")),
    gt(message.seq, value("after")),
    lt(message.seq, value("before")),
  );
  const sender = alias(authentication, "sender");
  const receiver = alias(authentication, "receiver");
  const receiverId = otherMember(message.sender, { lo, hi });
  return {
    /** The conversation, for one of its members. */
    seen: db
      .select({ lastSeq })
      .from(conversationTable)
      .where(and(eq(id, value("id")), or(eq(lo, value("reader")), eq(hi, value("reader")))))
      .prepare(),
    upwards: db
      .select(columns)
      .from(message)
      .where(range)
      .orderBy(asc(message.seq))
      .limit(value("limit"))
      .prepare(),
    downwards: db
      .select(columns)
      .from(message)
      .where(range)
      .orderBy(desc(message.seq))
      .limit(value("limit"))
      .prepare(),
    trace: db
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
      .where(eq(message.clientId, value("clientId")))
      .orderBy(asc(message.at), asc(message.conversationId), asc(message.seq))
      .prepare(),
  };
}
