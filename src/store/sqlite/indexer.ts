/**
 * @module store/sqlite/indexer
 * Bringing the index of words forward along the log, in SQLite.
 */
import { and, asc, eq, gt, gte, inArray, lte, max, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { ConversationId } from "../../domain/ids.ts";
import type { SearchStore } from "../contract/search.ts";
import { type Behind, type Findable, INDEXED_AT_ONCE, progressOf, touchedSeqs, wordsOf } from "../search.ts";
import type { Connection } from "./connection.ts";
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

export function indexer({ db, write }: Connection): Pick<SearchStore, "indexSome"> {
  return {
    indexSome: (entries) =>
      write(() => {
        const { from = 0, now = 0 } =
          db.select({ from: searchState.grownAt, now: NOW }).from(searchState).get() ?? {};
        const found = behind(db, from);
        let left = entries;
        let done = 0;
        for (const one of found) {
          const passed = indexConversation(db, one, left);
          left -= passed.entries;
          if (passed.seq < one.lastSeq) break;
          done += 1;
        }
        const { grownAt, more } = progressOf(from, found, done, now);
        db.update(searchState).set({ grownAt }).run();
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
function indexConversation(db: Db, { conversation, indexedSeq, lastSeq }: Behind, limit: number) {
  const entries = db
    .select({ seq: message.seq, kind: message.kind, data: message.data })
    .from(message)
    .where(
      and(eq(message.conversationId, conversation), gt(message.seq, indexedSeq), lte(message.seq, lastSeq)),
    )
    .orderBy(asc(message.seq))
    .limit(Math.max(0, limit))
    .all();
  for (const findable of findables(db, conversation, touchedSeqs(entries))) indexMessage(db, findable);
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

function indexMessage(db: Db, findable: Findable): void {
  const { conversation, seq, at } = findable;
  const words = wordsOf(findable);
  const known = dropWords(db, conversation, seq);
  if (words === undefined) return;
  const id = known ?? nextId(db, at);
  db.insert(searchDocument).values({ id, conversationId: conversation, seq }).run();
  db.run(sql`insert into SearchText (rowid, words) values (${id}, ${words})`);
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

function nextId(db: Db, at: number): number {
  const { id } = searchDocument;
  const first = at * IDS_A_MILLISECOND;
  const taken = db
    .select({ last: max(id) })
    .from(searchDocument)
    .where(and(gte(id, first), lte(id, first + IDS_A_MILLISECOND - 1)))
    .get();
  const next = (taken?.last ?? first - 1) + 1;
  return next < first + IDS_A_MILLISECOND ? next : nextId(db, at + 1);
}
