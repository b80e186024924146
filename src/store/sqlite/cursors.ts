/**
 * @module store/sqlite/cursors
 * Where users stand in their conversations, in SQLite: the table ConversationMember.
 */
import { and, asc, eq, gt, ne, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import { advanced, nowhere } from "../cursors.ts";
import { headColumns, headOf, longRuns, type Reaching } from "../heads.ts";
import { lazy } from "../lazy.ts";
import { pageOf, startOf } from "../paging.ts";
import type { ConversationStore, CursorMove, CursorState } from "../store.ts";
import type { Connection } from "./connection.ts";
import { conversationMember, conversationTable, message, NOW } from "./schema.ts";

type CursorStore = Pick<ConversationStore, "heads" | "head" | "advance">;

export function cursorStore({ db, read, write }: Connection): CursorStore {
  const statements = lazy(() => prepare(db));

  function move(wanted: CursorMove, at: number): CursorState {
    const { conversation, user } = wanted;
    const row = statements().standing.get({ conversation, user });
    if (row === undefined) return nowhere(wanted);
    const { delivered, read, deliveredMoved, readMoved } = advanced(row, wanted);
    const moved = deliveredMoved || readMoved;
    const { peer, shown, lastSeq } = row;
    const state = { conversation, user, peer, delivered, read, moved, shown: Boolean(shown) };
    if (!moved) return state;
    state.delivered = pastOwnTexts(wanted, delivered, lastSeq);
    state.read = read === delivered ? state.delivered : pastOwnTexts(wanted, read, lastSeq);
    statements().move.run({
      ...{ conversation, user, delivered: state.delivered, read: state.read },
      deliveredAt: deliveredMoved ? at : row.deliveredAt,
      readAt: readMoved ? at : row.readAt,
    });
    return state;
  }

  /** A member's mark, carried over the member's own texts that follow. */
  function pastOwnTexts({ conversation, user }: CursorMove, mark: number, lastSeq: number): number {
    if (mark === lastSeq) return mark;
    const next = statements().nextOfOther.get({ conversation, user, mark });
    return next === undefined ? lastSeq : next.seq - 1;
  }

  /** Notes how far marks reach; never back. */
  async function note(reaching: readonly Reaching[]): Promise<void> {
    if (reaching.length === 0) return;
    await write(() => {
      for (const one of reaching) statements().note.run({ ...one });
    });
  }

  return {
    heads: async (user, request) => {
      const { after, rows } = startOf(request);
      const found = await read(() => statements().heads.all({ user, after, rows }));
      await note(longRuns(found));
      return pageOf(found, request, ({ conversation }) => conversation, headOf);
    },

    head: (conversation, user) =>
      read(() => {
        const found = statements().head.get({ conversation, user });
        return found && headOf(found);
      }),

    advance: (moves, at) => write(() => moves.map((wanted) => move(wanted, at))),
  };
}

function prepare(db: Connection["db"]) {
  const value = sql.placeholder;
  const own = conversationMember;
  const other = alias(conversationMember, "other");
  const { id, lastSeq } = conversationTable;
  const columns = headColumns({ conversation: conversationTable, message, own, other });
  const heads = () =>
    db
      .select({
        user: own.uuid,
        conversation: own.conversationId,
        lastSeq,
        storedDelivered: own.deliveredSeq,
        storedRead: own.readSeq,
        ...columns,
      })
      .from(own)
      .innerJoin(conversationTable, eq(id, own.conversationId))
      .leftJoin(other, and(eq(other.conversationId, id), eq(other.uuid, columns.peer)));

  return {
    heads: heads()
      .where(and(eq(own.uuid, value("user")), gt(own.conversationId, value("after"))))
      .orderBy(asc(own.conversationId))
      .limit(value("rows"))
      .prepare(),
    head: heads()
      .where(and(eq(own.conversationId, value("conversation")), eq(own.uuid, value("user"))))
      .prepare(),
    standing: db
      .select({
        peer: columns.peer,
        lastSeq,
        delivered: own.deliveredSeq,
        read: own.readSeq,
        deliveredAt: own.deliveredAt,
        readAt: own.readAt,
        shown: sql<number>`${own.shownReadSeq} is null`,
      })
      .from(own)
      .innerJoin(conversationTable, eq(id, own.conversationId))
      .where(and(eq(own.conversationId, value("conversation")), eq(own.uuid, value("user"))))
      .prepare(),
    nextOfOther: db
      .select({ seq: message.seq })
      .from(message)
      .where(
        and(
          eq(message.conversationId, value("conversation")),
          gt(message.seq, value("mark")),
          ne(message.sender, value("user")),
        ),
      )
      .orderBy(asc(message.seq))
      .limit(1)
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
    note: db
      .update(own)
      .set({
        deliveredSeq: sql`max(${own.deliveredSeq}, ${value("delivered")})`,
        readSeq: sql`max(${own.readSeq}, ${value("read")})`,
      })
      .where(and(eq(own.conversationId, value("conversation")), eq(own.uuid, value("user"))))
      .prepare(),
  };
}
