/**
 * @module store/sqlite/history
 * Reading messages in SQLite: pages of a conversation by primary key, and one message by its client id.
 */
import { and, asc, count, desc, eq, gt, lt, lte, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import { lastVisible } from "../heads.ts";
import { lazy } from "../lazy.ts";
import { editShown, messagesOf, reactedSeqs } from "../projection.ts";
import { messageColumns, otherMember } from "../rows.ts";
import type { MessageStore } from "../store.ts";
import { traceOf } from "../traces.ts";
import type { Connection } from "./connection.ts";
import {
  authentication,
  conversationMember,
  conversationTable,
  message,
  messageEdit,
  messageReaction,
  messageState,
} from "./schema.ts";

const edit = alias(message, "edit");
const shown = editShown({ message, state: messageState, edits: messageEdit }, sql.placeholder("end"));
const columns = {
  ...messageColumns(message),
  ...{ editedSeq: shown, editedBody: edit.body },
  ...{ recalledSeq: messageState.recalledSeq, reacted: messageState.reacted },
};
const ofState = and(
  eq(messageState.conversationId, message.conversationId),
  eq(messageState.seq, message.seq),
);
const ofEdit = and(eq(edit.conversationId, message.conversationId), eq(edit.seq, shown));

export function historyStore({ db, read }: Connection): Pick<MessageStore, "history" | "trace"> {
  const statements = lazy(() => prepare(db));

  return {
    history: (conversation, reader, { after, before = Number.MAX_SAFE_INTEGER, limit }) =>
      read(() => {
        const seen = statements().seen.get({ id: conversation, reader });
        if (seen === undefined) return undefined;
        const { visibleFrom, lastSeq: end } = seen;
        const range = {
          ...{ id: conversation, limit: Math.max(0, limit), end },
          after: Math.max(after ?? 0, visibleFrom - 1),
          before: Math.min(before, end + 1),
        };
        const { upwards, downwards, reactions } = statements();
        const rows = after === undefined ? downwards.all(range).reverse() : upwards.all(range);
        const reacted = reactedSeqs(rows).flatMap((seq) =>
          reactions.all({ id: conversation, seq, end, reader }),
        );
        return { messages: messagesOf(rows, reacted), lastSeq: end };
      }),

    trace: (clientId) =>
      read(() => statements().trace.all({ clientId, end: Number.MAX_SAFE_INTEGER }).map(traceOf)),
  };
}

function prepare(db: Connection["db"]) {
  const value = sql.placeholder;
  const { id, kind, lo, hi, lastSeq, name } = conversationTable;
  const own = conversationMember;
  const range = and(
    eq(message.conversationId, value("id")),
    gt(message.seq, value("after")),
    lt(message.seq, value("before")),
  );
  const sender = alias(authentication, "sender");
  const receiver = alias(authentication, "receiver");
  const receiverId = otherMember(message.sender, { lo, hi });
  return {
    /** What one of its members may see of a conversation. */
    seen: db
      .select({ visibleFrom: own.visibleFrom, lastSeq: lastVisible(own.leftSeq, lastSeq) })
      .from(own)
      .innerJoin(conversationTable, eq(id, own.conversationId))
      .where(and(eq(own.conversationId, value("id")), eq(own.uuid, value("reader"))))
      .prepare(),
    upwards: db
      .select(columns)
      .from(message)
      .leftJoin(messageState, ofState)
      .leftJoin(edit, ofEdit)
      .where(range)
      .orderBy(asc(message.seq))
      .limit(value("limit"))
      .prepare(),
    downwards: db
      .select(columns)
      .from(message)
      .leftJoin(messageState, ofState)
      .leftJoin(edit, ofEdit)
      .where(range)
      .orderBy(desc(message.seq))
      .limit(value("limit"))
      .prepare(),
    reactions: db
      .select({
        seq: messageReaction.ofSeq,
        emoji: messageReaction.emoji,
        count: count(),
        mine: sql`max(${messageReaction.uuid} = ${value("reader")})`,
      })
      .from(messageReaction)
      .where(
        and(
          eq(messageReaction.conversationId, value("id")),
          eq(messageReaction.ofSeq, value("seq")),
          lte(messageReaction.seq, value("end")),
        ),
      )
      .groupBy(messageReaction.emoji)
      .orderBy(desc(count()), asc(sql`min(${messageReaction.seq})`))
      .prepare(),
    trace: db
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
      .where(eq(message.clientId, value("clientId")))
      .orderBy(asc(message.at), asc(message.conversationId), asc(message.seq))
      .prepare(),
  };
}
