/**
 * @module store/sqlite/changes
 * Messages that change others, in SQLite: what is read of those, and what is written of a batch. Called inside a write.
 */
import { and, eq, inArray, isNotNull } from "drizzle-orm";
import type { ConversationId } from "../../domain/ids.ts";
import type { Change, ChangeBook, GivenReaction, ReactionChange, ReactionKey, Target } from "../changes.ts";
import type { Connection } from "./connection.ts";
import { dropWords } from "./indexer.ts";
import { message, messageEdit, messageReaction, messageState } from "./schema.ts";

type Db = Connection["db"];

/** A message that is to be changed or answered. */
export function findTarget(db: Db, conversation: ConversationId, seq: number): Target | undefined {
  const { sender, kind, at } = message;
  const row = db
    .select({ sender, kind, at, recalled: isNotNull(messageState.recalledSeq) })
    .from(message)
    .leftJoin(
      messageState,
      and(eq(messageState.conversationId, message.conversationId), eq(messageState.seq, message.seq)),
    )
    .where(and(eq(message.conversationId, conversation), eq(message.seq, seq)))
    .get();
  return row && { ...row, recalled: Boolean(row.recalled) };
}

/** Whether a reaction is given, and by which entry. */
export function findReaction(
  db: Db,
  { conversation, of, user, emoji }: ReactionKey,
): GivenReaction | undefined {
  const { conversationId, ofSeq, uuid, seq } = messageReaction;
  return db
    .select({ seq, at: message.at })
    .from(messageReaction)
    .innerJoin(message, and(eq(message.conversationId, conversationId), eq(message.seq, seq)))
    .where(
      and(eq(conversationId, conversation), eq(ofSeq, of), eq(messageReaction.emoji, emoji), eq(uuid, user)),
    )
    .get();
}

/** Writes what the stored changes make of what they change. */
export function storeChanges(db: Db, { edits, recalls, reactions }: ChangeBook): void {
  for (const edit of edits) storeEdit(db, edit);
  for (const reaction of reactions) storeReaction(db, reaction);
  for (const recall of recalls) storeRecall(db, recall);
}

const { conversationId, seq: at } = messageState;
const STATE_KEY = [conversationId, at];

function storeEdit(db: Db, { conversation, of, seq }: Change): void {
  db.insert(messageEdit).values({ conversationId: conversation, ofSeq: of, seq }).run();
  db.insert(messageState)
    .values({ conversationId: conversation, seq: of, editedSeq: seq })
    .onConflictDoUpdate({ target: STATE_KEY, set: { editedSeq: seq } })
    .run();
}

function storeReaction(db: Db, { conversation, of, seq, user, emoji, on }: ReactionChange): void {
  const own = { conversationId: conversation, ofSeq: of, emoji, uuid: user };
  const ofMessage = and(eq(messageReaction.conversationId, conversation), eq(messageReaction.ofSeq, of));
  if (on)
    db.insert(messageReaction)
      .values({ ...own, seq })
      .onConflictDoNothing()
      .run();
  else
    db.delete(messageReaction)
      .where(and(ofMessage, eq(messageReaction.emoji, emoji), eq(messageReaction.uuid, user)))
      .run();
  const left = db.select({ seq: messageReaction.seq }).from(messageReaction).where(ofMessage).limit(1).get();
  const reacted = Number(left !== undefined);
  db.insert(messageState)
    .values({ conversationId: conversation, seq: of, reacted })
    .onConflictDoUpdate({ target: STATE_KEY, set: { reacted } })
    .run();
}

/** Edits of what is recalled are recalled with it. */
function storeRecall(db: Db, { conversation, of, seq }: Change): void {
  const edits = db
    .select({ seq: messageEdit.seq })
    .from(messageEdit)
    .where(and(eq(messageEdit.conversationId, conversation), eq(messageEdit.ofSeq, of)))
    .all()
    .map((edit) => edit.seq);
  for (const gone of [of, ...edits])
    db.insert(messageState)
      .values({ conversationId: conversation, seq: gone, recalledSeq: seq })
      .onConflictDoUpdate({ target: STATE_KEY, set: { recalledSeq: seq, reacted: 0 } })
      .run();
  const blank = (seqs: readonly number[]) =>
    and(eq(message.conversationId, conversation), inArray(message.seq, [...seqs]));
  db.update(message)
    .set({ body: "", data: null })
    .where(blank([of]))
    .run();
  db.update(message).set({ body: "" }).where(blank(edits)).run();
  db.delete(messageReaction)
    .where(and(eq(messageReaction.conversationId, conversation), eq(messageReaction.ofSeq, of)))
    .run();
  dropWords(db, conversation, of);
}
