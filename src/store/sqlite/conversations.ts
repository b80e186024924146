/**
 * @module store/sqlite/conversations
 * Which conversation two users have, in SQLite.
 */
import { and, eq, sql } from "drizzle-orm";
import { pairOf } from "../../domain/ids.ts";
import { lazy } from "../lazy.ts";
import type { ConversationStore } from "../store.ts";
import type { Connection } from "./connection.ts";
import { conversationTable } from "./schema.ts";

export function conversationStore({ db, read }: Connection): Pick<ConversationStore, "direct"> {
  const { id, lo, hi } = conversationTable;
  const find = lazy(() =>
    db
      .select({ id })
      .from(conversationTable)
      .where(and(eq(lo, sql.placeholder("lo")), eq(hi, sql.placeholder("hi"))))
      .prepare(),
  );
  return {
    direct: (pairs) => read(() => pairs.map(([a, b]) => find().get(pairOf(a, b))?.id)),
  };
}
