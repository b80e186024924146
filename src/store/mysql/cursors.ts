/**
 * @module store/mysql/cursors
 * Where users stand in their conversations, in MySQL: the table ConversationMember.
 */
import { and, asc, eq, gt, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/mysql-core";
import type { ConversationId, UserId } from "../../domain/ids.ts";
import { advanced } from "../cursors.ts";
import { pageOf, startOf } from "../paging.ts";
import { headOf, otherMember } from "../rows.ts";
import type { ConversationStore, CursorState } from "../store.ts";
import { chunks } from "./chunks.ts";
import type { Pool } from "./pool.ts";
import { conversationMember, conversationTable } from "./schema.ts";
import { perSession } from "./session.ts";

type CursorStore = Pick<ConversationStore, "heads" | "advance">;

/**
 * Never back, whoever else moves at the same time. The times come first: assignments take effect from left to
 * right, and they ask for the marks as they were.
 */
const RAISE = `INSERT INTO ConversationMember (conversation_id, uuid, delivered_seq, read_seq, delivered_at, read_at)
  VALUES ? ON DUPLICATE KEY UPDATE
  delivered_at = IF(VALUES(delivered_seq) > delivered_seq, VALUES(delivered_at), delivered_at),
  read_at = IF(VALUES(read_seq) > read_seq, VALUES(read_at), read_at),
  delivered_seq = GREATEST(delivered_seq, VALUES(delivered_seq)),
  read_seq = GREATEST(read_seq, VALUES(read_seq))`;

export function cursorStore({ use }: Pool): CursorStore {
  return {
    heads: (user, request) =>
      use(async (session) => {
        const { after, rows } = startOf(request);
        const found = await statements(session).heads.execute({ user, after, rows });
        return pageOf(found, request, ({ conversation }) => conversation, headOf);
      }),

    advance: async (moves, at) => {
      if (moves.length === 0) return [];
      const ids = [...new Set(moves.map(({ conversation }) => conversation))];
      return use(async (session) => {
        const standings = new Map<string, Standing>();
        for (const row of await statements(session).standings.execute({ ids: [ids] }))
          standings.set(keyOf(row.conversation, row.user), row);
        const raised = new Set<Standing>();
        const states = moves.map((move): CursorState => {
          const { conversation, user } = move;
          const standing = standings.get(keyOf(conversation, user));
          if (standing === undefined)
            return { conversation, user, peer: undefined, delivered: 0, read: 0, moved: false };
          const { delivered, read, moved } = advanced(standing, move);
          Object.assign(standing, { delivered, read });
          if (moved) raised.add(standing);
          return { conversation, user, peer: standing.peer, delivered, read, moved };
        });
        for (const rows of chunks(rowsOf(raised, at), (row) => row, session.statementBytes))
          await session.client.query(RAISE, [rows]);
        return states;
      });
    },
  };
}

/** Where a member stands, and how far they may move. */
interface Standing {
  readonly conversation: ConversationId;
  readonly user: UserId;
  readonly peer: UserId;
  readonly lastSeq: number;
  delivered: number;
  read: number;
}

const keyOf = (conversation: ConversationId, user: UserId) => `${conversation}:${user}`;

/** In one order for everybody, so that two processes that move the same cursors do not deadlock. */
function rowsOf(standings: ReadonlySet<Standing>, at: number): number[][] {
  return [...standings]
    .sort((a, b) => a.conversation - b.conversation || a.user - b.user)
    .map(({ conversation, user, delivered, read }) => [conversation, user, delivered, read, at, at]);
}

/** The driver writes an array inside an array as a list in parentheses. */
const statements = perSession((db) => {
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
    standings: db
      .select({
        conversation: own.conversationId,
        ...{ user: own.uuid, peer, lastSeq, delivered: own.deliveredSeq, read: own.readSeq },
      })
      .from(own)
      .innerJoin(conversationTable, eq(id, own.conversationId))
      .where(sql`${own.conversationId} in ${value("ids")}`)
      .prepare(),
  };
});
