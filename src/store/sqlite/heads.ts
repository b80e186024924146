/**
 * @module store/sqlite/heads
 * What a user's list of conversations is read with, in SQLite: which are on a page first, and only of those the rest.
 */
import { and, asc, type Column, desc, eq, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import { countedUnread, headColumns, settingsColumns } from "../heads.ts";
import { messageColumns } from "../rows.ts";
import type { Connection } from "./connection.ts";
import { conversationMember, conversationTable, message, NOW } from "./schema.ts";

export function headStatements(db: Connection["db"]) {
  const value = sql.placeholder;
  const { id, kind, grownAt } = conversationTable;
  const own = conversationMember;
  const other = alias(conversationMember, "other");
  const columns = headColumns({ conversation: conversationTable, message, own, other });
  const last = alias(message, "last");

  /** Conversations of a user in the order of a page: only of those is the rest looked up. */
  const page = (where: SQL | undefined, order: (key: SQL | Column) => SQL) => {
    const grown = sql<number>`coalesce(${own.leftAt}, ${grownAt})`;
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
    sql`(coalesce(${own.leftAt}, ${grownAt}), ${own.conversationId}) ${sql.raw(compare)} (${value("at")}, ${value("conversation")})`;
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
}
