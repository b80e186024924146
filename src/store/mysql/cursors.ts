/**
 * @module store/mysql/cursors
 * Where users stand in their conversations, in MySQL: the table ConversationMember.
 */
import { and, asc, eq, gt, inArray, or, type SQL } from "drizzle-orm";
import { alias } from "drizzle-orm/mysql-core";
import { type ConversationId, pairOf, type UserId } from "../../domain/ids.ts";
import { advanced } from "../cursors.ts";
import { pageOf, startOf } from "../paging.ts";
import { headOf, otherMember } from "../rows.ts";
import type { CursorMove, MessageStore } from "../store.ts";
import type { Pool, Session } from "./pool.ts";
import { conversationMember, conversationTable } from "./schema.ts";

type CursorStore = Pick<MessageStore, "heads" | "undelivered" | "advance">;

/** Users, or moves, asked for in one query. */
const CHUNK = 500;

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

const own = conversationMember;
const other = alias(conversationMember, "other");
const { id, lo, hi, lastSeq } = conversationTable;

export function cursorStore({ use, transaction }: Pool): CursorStore {
  return {
    heads: (user, request) =>
      use(async (session) => {
        const { after, rows } = startOf(request);
        const beyond = gt(own.conversationId, after as ConversationId);
        const found = await heads(session, and(eq(own.uuid, user), beyond)).limit(rows);
        return pageOf(found, request, ({ conversation }) => conversation, headOf);
      }),

    undelivered: async (users) => {
      const behind: { user: UserId; head: ReturnType<typeof headOf> }[] = [];
      for (let from = 0; from < users.length; from += CHUNK) {
        const some = inArray(own.uuid, users.slice(from, from + CHUNK));
        const rows = await use((session) => heads(session, and(some, gt(lastSeq, own.deliveredSeq))));
        for (const row of rows) behind.push({ user: row.user, head: headOf(row) });
      }
      return behind;
    },

    advance: async (moves, at) => {
      if (moves.length === 0) return [];
      return transaction(async (session) => {
        const standings = await standingsOf(session, moves);
        const raised = new Map<string, Standing>();
        const states = moves.map((move) => {
          const key = keyOf(move);
          const standing = standings.get(key);
          const { user, peer } = move;
          if (standing === undefined) return { user, peer, delivered: 0, read: 0, moved: false };
          const { delivered, read, moved } = advanced(standing, move);
          Object.assign(standing, { delivered, read });
          if (moved) raised.set(key, standing);
          return { user, peer, delivered, read, moved };
        });
        if (raised.size > 0) await session.client.query(RAISE, [rowsOf(raised.values(), at)]);
        return states;
      });
    },
  };
}

/** Where a member stands, and how far they may move. */
interface Standing {
  readonly conversation: ConversationId;
  readonly user: UserId;
  readonly lastSeq: number;
  delivered: number;
  read: number;
}

const keyOf = ({ user, peer }: CursorMove) => `${user}:${peer}`;

/** In one order for everybody, so that two processes that move the same cursors do not deadlock. */
function rowsOf(standings: Iterable<Standing>, at: number): number[][] {
  return [...standings]
    .sort((a, b) => a.conversation - b.conversation || a.user - b.user)
    .map(({ conversation, user, delivered, read }) => [conversation, user, delivered, read, at, at]);
}

async function standingsOf({ db }: Session, moves: readonly CursorMove[]): Promise<Map<string, Standing>> {
  const standings = new Map<string, Standing>();
  const distinct = [...new Map(moves.map((move) => [keyOf(move), move])).values()];
  for (let from = 0; from < distinct.length; from += CHUNK) {
    const rows = await db
      .select({
        conversation: id,
        ...{ user: own.uuid, lo, hi, lastSeq, delivered: own.deliveredSeq, read: own.readSeq },
      })
      .from(conversationTable)
      .innerJoin(own, eq(own.conversationId, id))
      .where(
        or(
          ...distinct.slice(from, from + CHUNK).map(({ user, peer }) => {
            const pair = pairOf(user, peer);
            return and(eq(lo, pair.lo), eq(hi, pair.hi), eq(own.uuid, user));
          }),
        ),
      );
    for (const { lo: low, hi: high, ...standing } of rows)
      standings.set(`${standing.user}:${standing.user === low ? high : low}`, standing);
  }
  return standings;
}

function heads({ db }: Session, where: SQL | undefined) {
  const peer = otherMember(own.uuid, { lo, hi });
  return db
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
    .leftJoin(other, and(eq(other.conversationId, id), eq(other.uuid, peer)))
    .where(where)
    .orderBy(asc(own.uuid), asc(own.conversationId))
    .$dynamic();
}
