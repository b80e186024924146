/**
 * @module store/mysql/texts
 * Messages of several conversations by their places in the logs, in MySQL.
 */
import { and, eq, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/mysql-core";
import type { Message } from "../../domain/entities.ts";
import { keyOf } from "../changes.ts";
import { projected } from "../projection.ts";
import { messageColumns } from "../rows.ts";
import type { Candidate, Place } from "../search-order.ts";
import { message, messageState } from "./schema.ts";
import { perSession, type Session } from "./session.ts";

/** In the order of the candidates, as they are now; without what was recalled, or edited after the reader had left. */
export async function messagesAt(
  session: Session,
  candidates: readonly Candidate[],
  places: readonly Place[],
): Promise<Message[]> {
  if (candidates.length === 0) return [];
  const pairs = candidates.map(({ conversation, seq }) => [conversation, seq]);
  const rows = await statement(session).execute({ pairs: [pairs] });
  const ends = new Map(
    places.map(({ conversation, leftSeq }) => [conversation, leftSeq ?? Number.POSITIVE_INFINITY]),
  );
  const shown = rows.filter(
    ({ conversation, editedSeq, recalledSeq }) =>
      recalledSeq === null && (editedSeq ?? 0) <= (ends.get(conversation) ?? 0),
  );
  const messages = new Map(shown.map((row) => [keyOf(row.conversation, row.seq), projected(row, [])]));
  return pairs.flatMap(([conversation, seq]) => messages.get(`${conversation}:${seq}`) ?? []);
}

const statement = perSession((db) => {
  const edit = alias(message, "edit");
  const { conversationId, seq } = message;
  const { editedSeq, recalledSeq, reacted } = messageState;
  return db
    .select({ ...messageColumns(message), editedSeq, editedBody: edit.body, recalledSeq, reacted })
    .from(message)
    .leftJoin(messageState, and(eq(messageState.conversationId, conversationId), eq(messageState.seq, seq)))
    .leftJoin(edit, and(eq(edit.conversationId, conversationId), eq(edit.seq, editedSeq)))
    .where(sql`(${conversationId}, ${seq}) in ${sql.placeholder("pairs")}`)
    .prepare();
});
