/**
 * @module store/mysql/heads
 * What a user's list of conversations is read with, in MySQL: which are on a page first, and only of those the rest.
 */
import { and, asc, type Column, desc, eq, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/mysql-core";
import { countedUnread, headColumns, settingsColumns } from "../heads.ts";
import { messageColumns } from "../rows.ts";
import { NOW } from "./grouped.ts";
import { conversationMember, conversationTable, message } from "./schema.ts";
import { perSession } from "./session.ts";

/** When the conversation grew, milliseconds since 1970, or rather when the member left; sessions run in UTC. */
const grownOr = (leftAt: Column) =>
  sql<number>`coalesce(${leftAt}, cast(unix_timestamp(${conversationTable.grownAt}) * 1000 as unsigned))`;

export const headStatements = perSession((db) => {
  const value = sql.placeholder;
  const { id, kind } = conversationTable;
  const own = conversationMember;
  const other = alias(conversationMember, "other");
  const columns = headColumns({ conversation: conversationTable, message, own, other });
  const last = alias(message, "last");

  /** Conversations of a user in the order of a page: only of those is the rest looked up. */
  const page = (where: SQL | undefined, order: (key: SQL | Column) => SQL) => {
    const grown = grownOr(own.leftAt);
    return db
      .select({ conversation: own.conversationId, grownAt: grown.as("page_grown_at") })
      .from(own)
      .innerJoin(conversationTable, eq(id, own.conversationId))
      .where(and(eq(own.uuid, value("user")), where))
      .orderBy(order(grown), order(own.conversationId))
      .limit(value("rows"))
      .as("page");
  };
  const behind = (compare: "<" | ">") =>
    sql`(${grownOr(own.leftAt)}, ${own.conversationId}) ${sql.raw(compare)} (${value("at")}, ${value("conversation")})`;
  const selected = {
    ...{ user: own.uuid, conversation: own.conversationId, ...columns },
    ...{ storedDelivered: own.deliveredSeq, storedRead: own.readSeq },
    ...{ kind, name: conversationTable.name, avatar: conversationTable.avatar },
    ...{ members: conversationTable.members, role: own.role },
    ...{ leftSeq: own.leftSeq, leftName: own.leftName, leftAvatar: own.leftAvatar },
    ...settingsColumns(own),
    counted: countedUnread({ conversation: conversationTable, message, own }),
    last: messageColumns(last),
  };
  const ofOther = and(eq(other.conversationId, id), eq(other.uuid, columns.peer));
  const atEnd = and(eq(last.conversationId, id), eq(last.seq, columns.lastSeq));
  const heads = (ordered: ReturnType<typeof page>, order: (key: SQL | Column) => SQL) =>
    db
      .select({ ...selected, grownAt: ordered.grownAt, now: NOW })
      .from(ordered)
      .innerJoin(own, and(eq(own.conversationId, ordered.conversation), eq(own.uuid, value("user"))))
      .innerJoin(conversationTable, eq(id, own.conversationId))
      .leftJoin(other, ofOther)
      .leftJoin(last, atEnd)
      .orderBy(order(sql`${ordered.grownAt}`), order(own.conversationId))
      .prepare();

  return {
    newest: heads(page(behind("<"), desc), desc),
    grownSince: heads(page(behind(">"), asc), asc),
    head: db
      .select(selected)
      .from(own)
      .innerJoin(conversationTable, eq(id, own.conversationId))
      .leftJoin(other, ofOther)
      .leftJoin(last, atEnd)
      .where(and(eq(own.conversationId, value("conversation")), eq(own.uuid, value("user"))))
      .prepare(),
  };
});
