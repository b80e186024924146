/**
 * @module store/sqlite/refusals
 * Texts that were refused lately, in SQLite: asked for only in conversations where one was.
 */
import { and, eq, gt, inArray, lt, sql } from "drizzle-orm";
import type { ConversationId } from "../../domain/ids.ts";
import { type FinalRefusal, REMEMBERED_MS, refusedOf } from "../refusals.ts";
import type { AppendEntry, AppendOutcome } from "../store.ts";
import type { Connection } from "./connection.ts";
import { conversationTable, NOW, refusal } from "./schema.ts";

const FORGOTTEN = sql<number>`${NOW} - ${sql.raw(String(REMEMBERED_MS))}`;

/** Whether something was refused in a conversation lately: 0 or 1. */
export const refusedLately = sql<number>`${conversationTable.refusedAt} > ${FORGOTTEN}`;

/** Why an entry was refused before; undefined when it was not. */
export function findRefusal(
  db: Connection["db"],
  { conversation, sender, clientId }: AppendEntry,
): FinalRefusal | undefined {
  const same = and(
    eq(refusal.conversationId, conversation),
    eq(refusal.sender, sender),
    eq(refusal.clientId, clientId),
  );
  return db
    .select({ reason: refusal.reason })
    .from(refusal)
    .where(and(same, gt(refusal.at, FORGOTTEN)))
    .get()?.reason;
}

/** Remembers what of a batch was refused in conversations that there are, and forgets what is old of them. */
export function rememberRefusals(
  db: Connection["db"],
  entries: readonly AppendEntry[],
  outcomes: readonly AppendOutcome[],
  exists: (conversation: ConversationId) => boolean,
): void {
  const refused = refusedOf(entries, outcomes).filter(({ entry }) => exists(entry.conversation));
  if (refused.length === 0) return;
  const ids = [...new Set(refused.map(({ entry }) => entry.conversation))];
  for (const { entry, reason } of refused) {
    const { conversation: conversationId, sender, clientId } = entry;
    db.insert(refusal)
      .values({ conversationId, sender, clientId, reason, at: NOW })
      .onConflictDoUpdate({
        target: [refusal.conversationId, refusal.sender, refusal.clientId],
        set: { reason, at: NOW },
      })
      .run();
  }
  db.delete(refusal)
    .where(and(inArray(refusal.conversationId, ids), lt(refusal.at, FORGOTTEN)))
    .run();
  db.update(conversationTable).set({ refusedAt: NOW }).where(inArray(conversationTable.id, ids)).run();
}
