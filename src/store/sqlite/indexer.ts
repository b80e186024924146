/**
 * @module store/sqlite/indexer
 * Bringing the index of words forward along the log, in SQLite.
 */
import { and, asc, eq, gt, gte, inArray, lt, lte, max, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { ConversationId } from "../../domain/ids.ts";
import type { SearchStore } from "../contract/search.ts";
import { lazy } from "../lazy.ts";
import {
  type Behind,
  type Findable,
  INDEXED_AT_ONCE,
  isWorthNoting,
  progressOf,
  touchedSeqs,
} from "../search.ts";
import type { Connection } from "./connection.ts";
import { wordsOf } from "./match.ts";
import {
  conversationTable,
  message,
  messageState,
  NOW,
  searchDocument,
  searchPosition,
  searchState,
} from "./schema.ts";

type Db = Connection["db"];

/** Ids that the messages of one millisecond share; more of them go on into the next one's. */
const IDS_A_MILLISECOND = 4_096;

export function indexer(connection: Connection): Pick<SearchStore, "indexSome"> {
  const { db, write } = connection;
  const add = lazy(() => adder(connection));
  return {
    indexSome: (entries) =>
      write(() => {
        const { from = 0, now = 0 } =
          db.select({ from: searchState.grownAt, now: NOW }).from(searchState).get() ?? {};
        const found = behind(db, from);
        let left = entries;
        let done = 0;
        for (const one of found) {
          const passed = indexConversation(db, one, left, add());
          left -= passed.entries;
          if (passed.seq < one.lastSeq) break;
          done += 1;
        }
        const { grownAt, more } = progressOf(from, found, done, now);
        if (isWorthNoting(from, grownAt, entries - left)) db.update(searchState).set({ grownAt }).run();
        return { entries: entries - left, more };
      }),
  };
}

function behind(db: Db, from: number): Behind[] {
  const { id, lastSeq, grownAt } = conversationTable;
  const indexedSeq = sql<number>`coalesce(${searchPosition.indexedSeq}, 0)`;
  return db
    .select({ conversation: id, lastSeq, indexedSeq, grownAt })
    .from(conversationTable)
    .leftJoin(searchPosition, eq(searchPosition.conversationId, id))
    .where(and(gte(grownAt, from), gt(lastSeq, indexedSeq)))
    .orderBy(asc(grownAt), asc(id))
    .limit(INDEXED_AT_ONCE)
    .all();
}

/** @returns how many entries it passed, and the last one's seq. */
function indexConversation(
  db: Db,
  { conversation, indexedSeq, lastSeq }: Behind,
  limit: number,
  add: (findable: Findable, words: string, id: number | undefined) => void,
) {
  const entries = db
    .select({ seq: message.seq, kind: message.kind, data: message.data })
    .from(message)
    .where(
      and(eq(message.conversationId, conversation), gt(message.seq, indexedSeq), lte(message.seq, lastSeq)),
    )
    .orderBy(asc(message.seq))
    .limit(Math.max(0, limit))
    .all();
  for (const findable of findables(db, conversation, touchedSeqs(entries))) {
    // What is new has nothing to be taken away.
    const known = findable.seq <= indexedSeq ? dropWords(db, conversation, findable.seq) : undefined;
    const words = wordsOf(findable);
    if (words !== undefined) add(findable, words, known);
  }
  const seq = entries.at(-1)?.seq ?? indexedSeq;
  db.insert(searchPosition)
    .values({ conversationId: conversation, indexedSeq: seq })
    .onConflictDoUpdate({ target: searchPosition.conversationId, set: { indexedSeq: seq } })
    .run();
  return { entries: entries.length, seq };
}

/** Messages as they are now. */
function findables(db: Db, conversation: ConversationId, seqs: readonly number[]): Findable[] {
  if (seqs.length === 0) return [];
  const edit = alias(message, "edit");
  const { conversationId, seq, at, body } = message;
  return db
    .select({
      ...{ conversation: conversationId, seq, at, body },
      ...{ editedBody: edit.body, recalledSeq: messageState.recalledSeq },
    })
    .from(message)
    .leftJoin(messageState, and(eq(messageState.conversationId, conversationId), eq(messageState.seq, seq)))
    .leftJoin(edit, and(eq(edit.conversationId, conversationId), eq(edit.seq, messageState.editedSeq)))
    .where(and(eq(conversationId, conversation), inArray(seq, [...seqs])))
    .all();
}

/** Takes a message out of the index. @returns the id that it had there. */
export function dropWords(db: Db, conversation: ConversationId, seq: number): number | undefined {
  const { id, conversationId } = searchDocument;
  const known = db
    .delete(searchDocument)
    .where(and(eq(conversationId, conversation), eq(searchDocument.seq, seq)))
    .returning({ id })
    .get();
  if (known !== undefined) db.run(sql`delete from SearchText where rowid = ${known.id}`);
  return known?.id;
}

/** Puts messages into the index, each under the id that it had there, or a new one. */
function adder({ client, db }: Connection) {
  const { id } = searchDocument;
  const value = sql.placeholder;
  const taken = db
    .select({ last: max(id) })
    .from(searchDocument)
    .where(and(gte(id, value("first")), lt(id, value("end"))))
    .prepare();
  const place = db
    .insert(searchDocument)
    .values({ id: value("id"), conversationId: value("conversation"), seq: value("seq") })
    .prepare();
  const text = client.query("insert into SearchText (rowid, words) values (?, ?)");

  const nextId = (at: number): number => {
    const first = at * IDS_A_MILLISECOND;
    const end = first + IDS_A_MILLISECOND;
    const next = (taken.get({ first, end })?.last ?? first - 1) + 1;
    return next < end ? next : nextId(at + 1);
  };
  return ({ conversation, seq, at }: Findable, words: string, known: number | undefined): void => {
    const own = known ?? nextId(at);
    place.run({ id: own, conversation, seq });
    text.run(own, words);
  };
}
