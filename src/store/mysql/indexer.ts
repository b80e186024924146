/**
 * @module store/mysql/indexer
 * Bringing the index of words forward along the log, in MySQL. Who does it holds the lock of SearchState's row; others
 * pass by.
 */
import { and, asc, eq, gt, gte, inArray, lte, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/mysql-core";
import type { ConversationId } from "../../domain/ids.ts";
import type { SearchStore } from "../contract/search.ts";
import {
  type Behind,
  type Findable,
  foundBy,
  INDEXED_AT_ONCE,
  isWorthNoting,
  progressOf,
  touchedSeqs,
} from "../search.ts";
import { chunks } from "./chunks.ts";
import { NOW } from "./grouped.ts";
import type { Pool } from "./pool.ts";
import { conversationTable, message, messageState, searchPosition, searchState } from "./schema.ts";
import type { Session } from "./session.ts";

const ADD_TERMS = "INSERT IGNORE INTO SearchTerm (conversation_id, term, seq, at) VALUES ?";
const DROP_TERMS = "DELETE FROM SearchTerm WHERE (conversation_id, seq) IN ?";
const SET_POSITIONS = `INSERT INTO SearchPosition (conversation_id, indexed_seq) VALUES ?
  ON DUPLICATE KEY UPDATE indexed_seq = VALUES(indexed_seq)`;

export function indexer({ transaction }: Pool): Pick<SearchStore, "indexSome"> {
  return {
    indexSome: (entries) =>
      transaction(async (session) => {
        const [state] = await session.db
          .select({ from: searchState.grownAt, now: NOW })
          .from(searchState)
          .for("update", { skipLocked: true });
        if (state === undefined) return { entries: 0, more: true };
        const { from, now } = state;
        const found = await behind(session, from);
        const positions: [ConversationId, number][] = [];
        let left = entries;
        let done = 0;
        for (const one of found) {
          const passed = await indexConversation(session, one, left);
          left -= passed.entries;
          positions.push([one.conversation, passed.seq]);
          if (passed.seq < one.lastSeq) break;
          done += 1;
        }
        if (positions.length > 0) await session.client.query(SET_POSITIONS, [positions]);
        const { grownAt, more } = progressOf(from, found, done, now);
        if (isWorthNoting(from, grownAt, entries - left))
          await session.db.update(searchState).set({ grownAt });
        return { entries: entries - left, more };
      }),
  };
}

async function behind({ db }: Session, from: number): Promise<Behind[]> {
  const { id, lastSeq, grownAt } = conversationTable;
  const indexedSeq = sql<number>`coalesce(${searchPosition.indexedSeq}, 0)`;
  return await db
    .select({
      ...{ conversation: id, lastSeq, indexedSeq },
      grownAt: sql<number>`cast(unix_timestamp(${grownAt}) * 1000 as unsigned)`,
    })
    .from(conversationTable)
    .leftJoin(searchPosition, eq(searchPosition.conversationId, id))
    .where(and(gte(grownAt, sql`from_unixtime(${from} / 1000)`), gt(lastSeq, indexedSeq)))
    .orderBy(asc(grownAt), asc(id))
    .limit(INDEXED_AT_ONCE);
}

/** @returns how many entries it passed, and the last one's seq. */
async function indexConversation(
  session: Session,
  { conversation, indexedSeq, lastSeq }: Behind,
  limit: number,
): Promise<{ entries: number; seq: number }> {
  const { conversationId, seq, kind, data } = message;
  const entries = await session.db
    .select({ seq, kind, data })
    .from(message)
    .where(and(eq(conversationId, conversation), gt(seq, indexedSeq), lte(seq, lastSeq)))
    .orderBy(asc(seq))
    .limit(Math.max(0, limit));
  const touched = touchedSeqs(entries);
  // Those of which something may be there: what is new has nothing to be taken away.
  const known = touched.filter((one) => one <= indexedSeq);
  if (known.length > 0) await session.client.query(DROP_TERMS, [[known.map((one) => [conversation, one])]]);
  const rows = (await findables(session, conversation, touched))
    .flatMap((findable) => [...foundBy(findable)].map((term) => rowOf(findable, term)))
    // In the order in which they lie.
    .sort((a, b) => (a[1] < b[1] ? -1 : Number(a[1] > b[1])) || a[2] - b[2]);
  for (const some of chunks(rows, (row) => row, session.statementBytes))
    await session.client.query(ADD_TERMS, [some]);
  return { entries: entries.length, seq: entries.at(-1)?.seq ?? indexedSeq };
}

type Row = [conversation: ConversationId, term: string, seq: number, at: number];

const rowOf = ({ conversation, seq, at }: Findable, term: string): Row => [conversation, term, seq, at];

/** Messages as they are now. */
async function findables(
  { db }: Session,
  conversation: ConversationId,
  seqs: readonly number[],
): Promise<Findable[]> {
  if (seqs.length === 0) return [];
  const edit = alias(message, "edit");
  const { conversationId, seq, at, body } = message;
  return await db
    .select({
      ...{ conversation: conversationId, seq, at, body },
      ...{ editedBody: edit.body, recalledSeq: messageState.recalledSeq },
    })
    .from(message)
    .leftJoin(messageState, and(eq(messageState.conversationId, conversationId), eq(messageState.seq, seq)))
    .leftJoin(edit, and(eq(edit.conversationId, conversationId), eq(edit.seq, messageState.editedSeq)))
    .where(and(eq(conversationId, conversation), inArray(seq, [...seqs])));
}
