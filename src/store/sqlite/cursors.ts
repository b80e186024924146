/**
 * @module store/sqlite/cursors
 * Where users stand in their conversations, in SQLite: the table ConversationMember.
 */
import { and, asc, eq, gt, lte, ne, sql } from "drizzle-orm";
import { advanced, nowhere } from "../cursors.ts";
import { headColumns, headOf, longRuns, type Reaching } from "../heads.ts";
import { lazy } from "../lazy.ts";
import { recencyPage, recencyStart, startOf } from "../paging.ts";
import type { ConversationStore, CursorMove, CursorState } from "../store.ts";
import type { Connection } from "./connection.ts";
import { headStatements } from "./heads.ts";
import { conversationMember, conversationTable, message, NOW } from "./schema.ts";

type CursorStore = Pick<ConversationStore, "heads" | "head" | "advance">;

export function cursorStore({ db, read, write }: Connection): CursorStore {
  const statements = lazy(() => prepare(db));
  const heads = lazy(() => headStatements(db));

  function move(wanted: CursorMove, at: number): CursorState {
    const { conversation, user } = wanted;
    const row = statements().standing.get({ conversation, user });
    if (row === undefined) return nowhere(wanted);
    const { delivered, read, deliveredMoved, readMoved } = advanced(row, wanted);
    const moved = deliveredMoved || readMoved;
    const { kind, shown, lastSeq } = row;
    const peer = row.peer ?? undefined;
    const state = { conversation, user, kind, peer, delivered, read, moved, shown: Boolean(shown) };
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
    const next = statements().nextOfOther.get({ conversation, user, mark, lastSeq });
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
      const { tail, at, conversation } = recencyStart(request.cursor);
      const page = { user, at, conversation, rows: startOf(request).rows };
      const { newest, grownSince } = heads();
      const found = await read(() => (tail ? grownSince : newest).all(page));
      await note(longRuns(found));
      return recencyPage(found, request, headOf);
    },

    head: (conversation, user) =>
      read(() => {
        const found = heads().head.get({ conversation, user });
        return found && headOf(found);
      }),

    advance: (moves, at) => write(() => moves.map((wanted) => move(wanted, at))),
  };
}

function prepare(db: Connection["db"]) {
  const value = sql.placeholder;
  const own = conversationMember;
  const { id, kind } = conversationTable;
  const columns = headColumns({ conversation: conversationTable, message, own, other: own });

  return {
    standing: db
      .select({
        kind,
        peer: columns.peer,
        lastSeq: columns.lastSeq,
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
          lte(message.seq, value("lastSeq")),
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
