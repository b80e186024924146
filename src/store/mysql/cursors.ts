/**
 * @module store/mysql/cursors
 * Where users stand in their conversations, in MySQL: the table ConversationMember.
 */
import { and, eq, sql } from "drizzle-orm";
import type { ConversationKind } from "../../domain/entities.ts";
import type { ConversationId, UserId } from "../../domain/ids.ts";
import { advanced, nowhere } from "../cursors.ts";
import { headColumns, headOf, longRuns, type Reaching } from "../heads.ts";
import { recencyPage, recencyStart, startOf } from "../paging.ts";
import type { ConversationStore, CursorState } from "../store.ts";
import { chunks } from "./chunks.ts";
import { headStatements } from "./heads.ts";
import type { Pool } from "./pool.ts";
import { conversationMember, conversationTable, message } from "./schema.ts";
import { perSession, type Session } from "./session.ts";

type CursorStore = Pick<ConversationStore, "heads" | "head" | "advance">;

/**
 * Never back, whoever else moves at the same time. The times come first: assignments take effect from left to
 * right, and they ask for the marks as they were.
 */
const RAISE = `INSERT INTO ConversationMember (conversation_id, uuid, delivered_seq, read_seq, delivered_at, read_at)
  VALUES ? ON DUPLICATE KEY UPDATE
  delivered_at = IF(VALUES(delivered_seq) > delivered_seq, COALESCE(VALUES(delivered_at), delivered_at), delivered_at),
  read_at = IF(VALUES(read_seq) > read_seq, COALESCE(VALUES(read_at), read_at), read_at),
  delivered_seq = GREATEST(delivered_seq, VALUES(delivered_seq)),
  read_seq = GREATEST(read_seq, VALUES(read_seq))`;

export function cursorStore({ use }: Pool): CursorStore {
  return {
    heads: (user, request) =>
      use(async (session) => {
        const { tail, at, conversation } = recencyStart(request.cursor);
        const page = { user, at, conversation, rows: startOf(request).rows };
        const { newest, grownSince } = headStatements(session);
        const found = await (tail ? grownSince : newest).execute(page);
        await raise(session, longRuns(found));
        return recencyPage(found, request, headOf);
      }),

    head: (conversation, user) =>
      use(async (session) => {
        const [found] = await headStatements(session).head.execute({ conversation, user });
        return found && headOf(found);
      }),

    advance: async (moves, at) => {
      if (moves.length === 0) return [];
      const ids = [...new Set(moves.map(({ conversation }) => conversation))];
      return use(async (session) => {
        const standings = new Map<string, Standing>();
        const members = moves.map(({ conversation, user }) => [conversation, user]);
        const rows = await statements(session).standings.execute({ ids: [ids], members: [members] });
        for (const row of rows)
          standings.set(keyOf(row.conversation, row.user), { ...row, peer: row.peer ?? undefined });
        const lastStates = new Map<Standing, { delivered: number; read: number }>();
        const states = moves.map((move): CursorState => {
          const standing = standings.get(keyOf(move.conversation, move.user));
          if (standing === undefined) return nowhere(move);
          const { delivered, read, deliveredMoved, readMoved } = advanced(standing, move);
          const moved = deliveredMoved || readMoved;
          const { conversation, user, kind, peer, shown } = standing;
          const state = { conversation, user, kind, peer, delivered, read, moved, shown: Boolean(shown) };
          if (moved) lastStates.set(Object.assign(standing, { delivered, read }), state);
          if (deliveredMoved) standing.deliveredAt = at;
          if (readMoved) standing.readAt = at;
          return state;
        });
        await raise(session, [...lastStates.keys()]);
        for (const standing of await passOwnTexts(session, standings, [...lastStates.keys()]))
          Object.assign(lastStates.get(standing) ?? {}, {
            delivered: standing.delivered,
            read: standing.read,
          });
        return states;
      });
    },
  };
}

/** Where a member is to stand; when each mark moved, milliseconds since 1970, null where that is not to be noted. */
interface Raised extends Reaching {
  readonly deliveredAt?: number | null;
  readonly readAt?: number | null;
}

/** Where a member stands. */
interface Standing {
  readonly conversation: ConversationId;
  readonly user: UserId;
  readonly kind: ConversationKind;
  readonly peer: UserId | undefined;
  readonly lastSeq: number;
  delivered: number;
  read: number;
  deliveredAt?: number;
  readAt?: number;
  /** Whether the other member may learn of a move: a number, as the driver has it. */
  readonly shown: number;
}

/** Carries stored marks over the members' own texts that follow. @returns those that it carried. */
async function passOwnTexts(
  session: Session,
  standings: ReadonlyMap<string, Standing>,
  moved: readonly Standing[],
): Promise<Standing[]> {
  const short = moved.filter(({ delivered, read, lastSeq }) => Math.min(delivered, read) < lastSeq);
  if (short.length === 0) return [];
  const reaching = await statements(session).reaching.execute({
    ids: [short.map(({ conversation }) => conversation)],
    members: [short.map(({ conversation, user }) => [conversation, user])],
  });
  const further = reaching.flatMap(({ conversation, user, delivered, read }) => {
    const standing = standings.get(keyOf(conversation, user));
    if (standing === undefined || (delivered <= standing.delivered && read <= standing.read)) return [];
    return [Object.assign(standing, { delivered, read })];
  });
  await raise(
    session,
    further.map(({ conversation, user, delivered, read }) => ({ conversation, user, delivered, read })),
  );
  return further;
}

const keyOf = (conversation: ConversationId, user: UserId) => `${conversation}:${user}`;

/** In one order for everybody, so that two processes that move the same cursors do not deadlock. */
async function raise(session: Session, raised: readonly Raised[]): Promise<void> {
  const rows = raised
    .toSorted((a, b) => a.conversation - b.conversation || a.user - b.user)
    .map(({ conversation, user, delivered, read, deliveredAt = null, readAt = null }) => [
      ...[conversation, user, delivered, read, deliveredAt, readAt],
    ]);
  for (const some of chunks(rows, (row) => row, session.statementBytes))
    await session.client.query(RAISE, [some]);
}

/** The driver writes an array inside an array as a list in parentheses. */
const statements = perSession((db) => {
  const value = sql.placeholder;
  const own = conversationMember;
  const { id, kind } = conversationTable;
  const columns = headColumns({ conversation: conversationTable, message, own, other: own });
  // The first condition finds them, whether or not the server looks up pairs; the second is exact.
  const ofMembers = and(
    sql`${own.conversationId} in ${value("ids")}`,
    sql`(${own.conversationId}, ${own.uuid}) in ${value("members")}`,
  );
  return {
    standings: db
      .select({
        ...{ conversation: own.conversationId, kind, user: own.uuid, peer: columns.peer },
        ...{ lastSeq: columns.lastSeq, delivered: own.deliveredSeq, read: own.readSeq },
        shown: sql<number>`${own.shownReadSeq} is null`,
      })
      .from(own)
      .innerJoin(conversationTable, eq(id, own.conversationId))
      .where(ofMembers)
      .prepare(),
    reaching: db
      .select({
        ...{ conversation: own.conversationId, user: own.uuid },
        ...{ delivered: columns.deliveredSeq, read: columns.readSeq },
      })
      .from(own)
      .innerJoin(conversationTable, eq(id, own.conversationId))
      .where(ofMembers)
      .prepare(),
  };
});
