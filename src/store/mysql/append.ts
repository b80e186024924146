/**
 * @module store/mysql/append
 * Storing messages in MySQL, the hot path: one transaction of three statements for a whole batch (more where the
 * texts do not fit one).
 *
 * 1. Lock the conversations in the order of their ids, and read in the same statement whether their members are
 *    friends and unblocked (changes to that take the same lock, see relations.ts), and the last message's time.
 * 2. Insert all messages. 3. Raise `last_seq`.
 *
 * Only a batch that holds groups has one statement more, after the lock: who of the senders are members; and one that
 * holds what changes or answers others (changes.ts) those that this takes.
 *
 * Repeats are rare, so the first try looks for none: the unique index refuses the batch if there is one, and a
 * second try asks first. Under the conversation's lock nobody else can store in it, so that one cannot fail so.
 * A long batch whose connection broke under way is tried once more in short statements: something in between may
 * take less than the server says.
 */
import { concernsOthers } from "../changes.ts";
import { DEFAULT_RULES, storable } from "../repeats.ts";
import { dataText } from "../rows.ts";
import type { MessageStore } from "../store.ts";
import { openBook, storeChanges } from "./changes.ts";
import { chunks, statementBytes } from "./chunks.ts";
import { isDuplicateKey, mayBeTooLong } from "./errors.ts";
import { findStored } from "./known.ts";
import { lockConversations, writersOf } from "./locked.ts";
import { type Plan, plan, refusalOf } from "./plan.ts";
import type { Pool } from "./pool.ts";
import { findRefusals, rememberRefusals } from "./refusals.ts";
import type { Session } from "./session.ts";

const INSERT_MESSAGES =
  "INSERT INTO Message (conversation_id, seq, sender, client_id, kind, body, at, data, reply_to) VALUES ?";
/** Bytes of a statement that passes everything between here and a server; one text fits it. */
const SURE_BYTES = 64 * 1024;
const RAISE_LAST_SEQ =
  "INSERT INTO Conversation (id, last_seq) VALUES ? ON DUPLICATE KEY UPDATE last_seq = VALUES(last_seq)";

export function appender(pool: Pool): MessageStore["append"] {
  return async (batch, at, rules = DEFAULT_RULES) => {
    if (batch.length === 0) return [];
    const entries = batch.map(storable);
    const ids = [...new Set(entries.map(({ conversation }) => conversation))].sort((a, b) => a - b);

    const store = ({ lookFirst = false, shorter = false } = {}) =>
      pool.transaction(async (session) => {
        const standings = await lockConversations(session, ids);
        const inGroups = entries.filter(({ conversation }) => standings.get(conversation)?.isGroup);
        const suspects = entries.filter(({ conversation }) => standings.get(conversation)?.refusedLately);
        const writers = await writersOf(session, inGroups);
        const ground = { standings, writers, refusals: await findRefusals(session, suspects) };
        const refused = entries.some((entry) => refusalOf(ground, entry) !== undefined);
        const about = entries.filter(concernsOthers);
        const book = about.length > 0 ? await openBook(session, about, rules.editWindowMs) : undefined;
        const known = lookFirst || refused || book ? await findStored(session, ids, entries) : undefined;
        const planned = plan(entries, ground, known, book, at);
        await insert(session, planned, shorter ? SURE_BYTES : session.statementBytes);
        if (book !== undefined && !book.isEmpty) await storeChanges(session, book);
        if (refused) await rememberRefusals(session, entries, planned.outcomes, (id) => standings.has(id));
        return planned.outcomes;
      });
    try {
      return await store();
    } catch (thrown) {
      if (isDuplicateKey(thrown)) return store({ lookFirst: true });
      const isLong =
        statementBytes(entries.flatMap(({ clientId, body, data }) => [clientId, body, dataText(data)])) >
        SURE_BYTES;
      if (isLong && mayBeTooLong(thrown)) return store({ lookFirst: true, shorter: true });
      throw thrown;
    }
  };
}

/** @param limit bytes of one statement. */
async function insert({ client }: Session, { rows, grown }: Plan, limit: number): Promise<void> {
  for (const some of chunks(rows, (row) => row, limit)) await client.query(INSERT_MESSAGES, [some]);
  for (const some of chunks([...grown], (row) => row, limit)) await client.query(RAISE_LAST_SEQ, [some]);
}
