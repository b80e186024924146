/**
 * @module store/mysql/changes
 * Messages that change others, in MySQL: what is read before a batch that holds such is stored, and what is written
 * with it. The conversations are locked.
 */
import { and, eq, isNotNull, sql } from "drizzle-orm";
import {
  type Change,
  ChangeBook,
  concernedReaction,
  concernedSeqs,
  type GivenReaction,
  keyOf,
  type ReactionKey,
  reactionKey,
  type Target,
} from "../changes.ts";
import type { AppendEntry } from "../store.ts";
import { chunks } from "./chunks.ts";
import { message, messageReaction, messageState } from "./schema.ts";
import { perSession, type Session } from "./session.ts";

/** A book of what the entries are about, as it is stored. */
export async function openBook(
  session: Session,
  entries: readonly AppendEntry[],
  editWindowMs: number,
): Promise<ChangeBook> {
  const targets = new Map<string, Target>();
  const pairs = entries.flatMap((entry) => concernedSeqs(entry).map((seq) => [entry.conversation, seq]));
  for (const some of chunks(pairs, (pair) => pair, session.statementBytes))
    for (const { conversation, seq, recalled, ...row } of await targetStatement(session).execute({
      pairs: [some],
    }))
      targets.set(keyOf(conversation, seq), { ...row, recalled: Boolean(recalled) });
  const given = await findReactions(
    session,
    entries.flatMap((entry) => concernedReaction(entry) ?? []),
  );
  return new ChangeBook(
    {
      message: (conversation, seq) => targets.get(keyOf(conversation, seq)),
      reaction: (one) => given.get(reactionKey(one)),
    },
    editWindowMs,
  );
}

/** Those of the reactions that are given, by `reactionKey`. */
async function findReactions(
  session: Session,
  reactions: readonly ReactionKey[],
): Promise<Map<string, GivenReaction>> {
  const given = new Map<string, GivenReaction>();
  const rows = reactions.map(({ conversation, of, emoji, user }) => [conversation, of, emoji, user]);
  for (const some of chunks(rows, (row) => row, session.statementBytes))
    for (const { seq, at, ...one } of await reactionStatement(session).execute({ rows: [some] }))
      given.set(reactionKey(one), { seq, at });
  return given;
}

const reactionStatement = perSession((db) => {
  const { conversationId: conversation, ofSeq: of, emoji, uuid: user, seq } = messageReaction;
  return db
    .select({ conversation, of, emoji, user, seq, at: message.at })
    .from(messageReaction)
    .innerJoin(message, and(eq(message.conversationId, conversation), eq(message.seq, seq)))
    .where(sql`(${conversation}, ${of}, ${emoji}, ${user}) in ${sql.placeholder("rows")}`)
    .prepare();
});

const targetStatement = perSession((db) => {
  const { conversationId, seq, sender, kind, at } = message;
  return db
    .select({
      conversation: conversationId,
      seq,
      sender,
      kind,
      at,
      recalled: isNotNull(messageState.recalledSeq),
    })
    .from(message)
    .leftJoin(messageState, and(eq(messageState.conversationId, conversationId), eq(messageState.seq, seq)))
    .where(sql`(${conversationId}, ${seq}) in ${sql.placeholder("pairs")}`)
    .prepare();
});

const ADD_EDITS = "INSERT INTO MessageEdit (conversation_id, of_seq, seq) VALUES ?";
const SET_EDITED = `INSERT INTO MessageState (conversation_id, seq, edited_seq) VALUES ?
  ON DUPLICATE KEY UPDATE edited_seq = GREATEST(COALESCE(edited_seq, 0), VALUES(edited_seq))`;

const ADD_REACTIONS = `INSERT IGNORE INTO MessageReaction (conversation_id, of_seq, emoji, uuid, seq) VALUES ?`;
const DROP_REACTIONS = "DELETE FROM MessageReaction WHERE (conversation_id, of_seq, emoji, uuid) IN ?";
const SET_REACTED = `INSERT INTO MessageState (conversation_id, seq, reacted) VALUES ? ON DUPLICATE KEY UPDATE
  reacted = EXISTS (SELECT 1 FROM MessageReaction AS r
    WHERE r.conversation_id = MessageState.conversation_id AND r.of_seq = MessageState.seq)`;

const SET_RECALLED = `INSERT INTO MessageState (conversation_id, seq, recalled_seq, reacted) VALUES ?
  ON DUPLICATE KEY UPDATE recalled_seq = VALUES(recalled_seq), reacted = 0`;
/** Edits of what is recalled are recalled with it. */
const RECALL_EDITS = `INSERT INTO MessageState (conversation_id, seq, recalled_seq)
  SELECT e.conversation_id, e.seq, s.recalled_seq FROM MessageEdit AS e
    JOIN MessageState AS s ON s.conversation_id = e.conversation_id AND s.seq = e.of_seq
    WHERE (e.conversation_id, e.of_seq) IN ?
  ON DUPLICATE KEY UPDATE recalled_seq = VALUES(recalled_seq)`;
const BLANK_MESSAGES = "UPDATE Message SET body = '', data = NULL WHERE (conversation_id, seq) IN ?";
const BLANK_EDITS = `UPDATE Message AS m JOIN MessageEdit AS e
  ON e.conversation_id = m.conversation_id AND e.seq = m.seq SET m.body = '' WHERE (e.conversation_id, e.of_seq) IN ?`;
const DROP_TERMS = "DELETE FROM SearchTerm WHERE (conversation_id, seq) IN ?";
const DROP_ALL_REACTIONS = "DELETE FROM MessageReaction WHERE (conversation_id, of_seq) IN ?";

/** Writes what the stored changes make of what they change. */
export async function storeChanges({ client }: Session, book: ChangeBook): Promise<void> {
  const run = async (statement: string, rows: readonly unknown[]) => {
    if (rows.length > 0) await client.query(statement, [rows]);
  };
  const list = async (statement: string, rows: readonly unknown[]) =>
    run(statement, rows.length ? [rows] : []);
  const { edits, recalls, reactions } = book;
  await run(
    ADD_EDITS,
    edits.map(({ conversation, of, seq }) => [conversation, of, seq]),
  );
  await run(
    SET_EDITED,
    edits.map(({ conversation, of, seq }) => [conversation, of, seq]),
  );

  const given = reactions.filter(({ on }) => on);
  const taken = reactions.filter(({ on }) => !on);
  const rowOf = ({ conversation, of, emoji, user }: (typeof reactions)[number]) => [
    conversation,
    of,
    emoji,
    user,
  ];
  await run(
    ADD_REACTIONS,
    given.map((one) => [...rowOf(one), one.seq]),
  );
  await list(DROP_REACTIONS, taken.map(rowOf));
  await run(
    SET_REACTED,
    reactions.map((one) => [...targetOf(one), 1]),
  );

  await run(
    SET_RECALLED,
    recalls.map((one) => [...targetOf(one), one.seq, 0]),
  );
  const recalled = recalls.map(targetOf);
  for (const statement of [RECALL_EDITS, BLANK_MESSAGES, BLANK_EDITS, DROP_TERMS, DROP_ALL_REACTIONS])
    await list(statement, recalled);
}

const targetOf = ({ conversation, of }: Change) => [conversation, of];
