/**
 * @module store/mysql/conversations
 * Which conversation two users have, in MySQL.
 */
import { and, eq, or } from "drizzle-orm";
import { type ConversationId, pairOf } from "../../domain/ids.ts";
import type { ConversationStore } from "../store.ts";
import type { Pool } from "./pool.ts";
import { conversationTable } from "./schema.ts";

/** Pairs asked for in one query. */
const CHUNK = 200;

export function conversationStore({ use }: Pool): Pick<ConversationStore, "direct"> {
  const { id, lo, hi } = conversationTable;
  return {
    direct: async (pairs) => {
      const asked = pairs.map(([a, b]) => pairOf(a, b));
      const found = new Map<string, ConversationId>();
      for (let from = 0; from < asked.length; from += CHUNK) {
        const some = asked.slice(from, from + CHUNK);
        const rows = await use(({ db }) =>
          db
            .select({ id, lo, hi })
            .from(conversationTable)
            .where(or(...some.map((pair) => and(eq(lo, pair.lo), eq(hi, pair.hi))))),
        );
        for (const row of rows) found.set(`${row.lo}:${row.hi}`, row.id);
      }
      return asked.map((pair) => found.get(`${pair.lo}:${pair.hi}`));
    },
  };
}
