/**
 * @module store/mysql/conversations
 * Which conversation two users have. An id never changes for a pair once made, so it is remembered.
 */
import { and, eq, or } from "drizzle-orm";
import { type ConversationId, pairOf, type UserId } from "../../domain/ids.ts";
import type { Pool } from "./pool.ts";
import { conversationTable } from "./schema.ts";

/** Pairs remembered at most; about 100 bytes each. */
const REMEMBERED = 100_000;
/** Pairs asked for in one query. */
const CHUNK = 200;

/** The two of a direct conversation, in either order. */
export type Members = readonly [UserId, UserId];

export interface Conversations {
  /** One id per pair, in order; undefined where the two have no conversation. */
  ids(pairs: readonly Members[]): Promise<(ConversationId | undefined)[]>;
  /** For a conversation that turned out to be gone. */
  forget(pair: Members): void;
}

const keyOf = ([a, b]: Members) => (a < b ? `${a}:${b}` : `${b}:${a}`);

export function conversations({ use }: Pool): Conversations {
  const known = new Map<string, ConversationId>();

  function remember(key: string, id: ConversationId): void {
    if (known.size >= REMEMBERED)
      for (const oldest of known.keys().take(REMEMBERED / 10)) known.delete(oldest);
    known.set(key, id);
  }

  async function ask(pairs: readonly Members[]): Promise<void> {
    const { id, lo, hi } = conversationTable;
    const rows = await use(({ db }) =>
      db
        .select({ id, lo, hi })
        .from(conversationTable)
        .where(
          or(
            ...pairs.map(([a, b]) => {
              const pair = pairOf(a, b);
              return and(eq(lo, pair.lo), eq(hi, pair.hi));
            }),
          ),
        ),
    );
    for (const row of rows) remember(`${row.lo}:${row.hi}`, row.id);
  }

  return {
    async ids(pairs) {
      const keys = pairs.map(keyOf);
      const missing = new Map<string, Members>();
      pairs.forEach((pair, index) => {
        const key = keys[index] ?? "";
        if (!known.has(key)) missing.set(key, pair);
      });
      const asked = [...missing.values()];
      for (let from = 0; from < asked.length; from += CHUNK) await ask(asked.slice(from, from + CHUNK));
      return keys.map((key) => known.get(key));
    },
    forget: (pair) => {
      known.delete(keyOf(pair));
    },
  };
}
