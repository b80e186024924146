/**
 * @module store/mysql/refusals
 * Texts that were refused lately, in MySQL: asked for only in conversations where one was, so that all others pay a
 * column of a row that they read anyway. The conversations are locked.
 */
import { and, inArray, lt, sql } from "drizzle-orm";
import type { ConversationId } from "../../domain/ids.ts";
import { type FinalRefusal, REMEMBERED_MS, refusedOf } from "../refusals.ts";
import type { AppendEntry, AppendOutcome } from "../store.ts";
import { entryKey } from "./known.ts";
import { conversationTable, refusal } from "./schema.ts";
import type { Session } from "./session.ts";

/** Why entries were refused before, by `entryKey`. */
export type Refusals = ReadonlyMap<string, FinalRefusal>;

const NONE: Refusals = new Map();
const NOW = sql`current_timestamp(3)`;
const FORGOTTEN = sql`current_timestamp(3) - interval ${sql.raw(String(REMEMBERED_MS * 1_000))} microsecond`;

/** Whether something was refused in a conversation lately. */
export const refusedLately = sql<number>`coalesce(${conversationTable.refusedAt} > ${FORGOTTEN}, 0)`;

/** @param entries of conversations where something was refused lately. */
export async function findRefusals({ db }: Session, entries: readonly AppendEntry[]): Promise<Refusals> {
  if (entries.length === 0) return NONE;
  const { conversationId, sender, clientId, reason, at } = refusal;
  const rows = await db
    .select({ conversation: conversationId, sender, clientId, reason })
    .from(refusal)
    .where(
      and(
        inArray(conversationId, [...new Set(entries.map(({ conversation }) => conversation))]),
        inArray(clientId, [...new Set(entries.map((entry) => entry.clientId))]),
        sql`${at} > ${FORGOTTEN}`,
      ),
    );
  return new Map(rows.map((row) => [entryKey(row), row.reason]));
}

/** Remembers what of a batch was refused in conversations that there are, and forgets what is old of them. */
export async function rememberRefusals(
  { db }: Session,
  entries: readonly AppendEntry[],
  outcomes: readonly AppendOutcome[],
  exists: (conversation: ConversationId) => boolean,
): Promise<void> {
  const refused = refusedOf(entries, outcomes).filter(({ entry }) => exists(entry.conversation));
  if (refused.length === 0) return;
  const ids = [...new Set(refused.map(({ entry }) => entry.conversation))];
  await db
    .insert(refusal)
    .values(
      refused.map(({ entry: { conversation, sender, clientId }, reason }) => ({
        ...{ conversationId: conversation, sender, clientId, reason, at: NOW },
      })),
    )
    .onDuplicateKeyUpdate({ set: { reason: sql`values(${refusal.reason})`, at: NOW } });
  await db
    .delete(refusal)
    .where(and(inArray(refusal.conversationId, ids), lt(refusal.at, sql<string>`${FORGOTTEN}`)));
  // It has not grown by that.
  await db
    .update(conversationTable)
    .set({ refusedAt: NOW, grownAt: sql`${conversationTable.grownAt}` })
    .where(inArray(conversationTable.id, ids));
}
