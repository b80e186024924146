/**
 * @module store/sqlite/cursors
 * Where users stand in their conversations, in SQLite: the table ConversationMember.
 */
import { and, asc, eq, gt, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import { advanced } from "../cursors.ts";
import { lazy } from "../lazy.ts";
import { pageOf, startOf } from "../paging.ts";
import { headOf, otherMember } from "../rows.ts";
import type { ConversationStore, CursorMove, CursorState } from "../store.ts";
import type { Connection } from "./connection.ts";
import { conversationMember, conversationTable, NOW } from "./schema.ts";

type CursorStore = Pick<ConversationStore, "heads" | "advance">;

export function cursorStore({ db, read, write }: Connection): CursorStore {
  const statements = lazy(() => prepare(db));

  function move(wanted: CursorMove, at: number): CursorState {
    const { conversation, user } = wanted;
    const row = statements().standing.get({ conversation, user });
    if (row === undefined)
      return { conversation, user, peer: undefined, delivered: 0, read: 0, moved: false };
    const { delivered, read, moved } = advanced(row, wanted);
    if (moved)
      statements().move.run({
        ...{ conversation, user, delivered, read },
        deliveredAt: delivered > row.delivered ? at : row.deliveredAt,
        readAt: read > row.read ? at : row.readAt,
      });
    return { conversation, user, peer: row.peer, delivered, read, moved };
  }

  return {
    heads: (user, request) =>
      read(() => {
        const { after, rows } = startOf(request);
        const found = statements().heads.all({ user, after, rows });
        return pageOf(found, request, ({ conversation }) => conversation, headOf);
      }),

    advance: (moves, at) => write(() => moves.map((wanted) => move(wanted, at))),
  };
}

function prepare(db: Connection["db"]) {
  const value = sql.placeholder;
  const own = conversationMember;
  const other = alias(conversationMember, "other");
  const { id, lo, hi, lastSeq } = conversationTable;
  const peer = otherMember(own.uuid, { lo, hi });

  const heads = () =>
    db
      .select({
        user: own.uuid,
        conversation: own.conversationId,
        peer,
        lastSeq,
        deliveredSeq: own.deliveredSeq,
        readSeq: own.readSeq,
        peerDeliveredSeq: other.deliveredSeq,
        peerReadSeq: other.readSeq,
      })
      .from(own)
      .innerJoin(conversationTable, eq(id, own.conversationId))
      .leftJoin(other, and(eq(other.conversationId, id), eq(other.uuid, peer)));

  return {
    heads: heads()
      .where(and(eq(own.uuid, value("user")), gt(own.conversationId, value("after"))))
      .orderBy(asc(own.conversationId))
      .limit(value("rows"))
      .prepare(),
    standing: db
      .select({
        peer,
        lastSeq,
        delivered: own.deliveredSeq,
        read: own.readSeq,
        deliveredAt: own.deliveredAt,
        readAt: own.readAt,
      })
      .from(own)
      .innerJoin(conversationTable, eq(id, own.conversationId))
      .where(and(eq(own.conversationId, value("conversation")), eq(own.uuid, value("user"))))
      .prepare(),
    move: db
      .update(own)
      .set({
        deliveredSeq: sql`${value("delivered")}`,
        readSeq: sql`${value("read")}`,
        deliveredAt: sql`${value("deliveredAt")}`,
        readAt: sql`${value("readAt")}`,
        movedAt: NOW,
      })
      .where(and(eq(own.conversationId, value("conversation")), eq(own.uuid, value("user"))))
      .prepare(),
  };
}
