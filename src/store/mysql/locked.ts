/**
 * @module store/mysql/locked
 * The conversations of a batch, locked until its transaction ends.
 */
import { and, asc, eq, isNotNull, or, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/mysql-core";
import type { ConversationId, UserId } from "../../domain/ids.ts";
import type { Author } from "../changes.ts";
import type { AppendEntry, AppendOutcome } from "../store.ts";
import { readOnlyServer } from "./errors.ts";
import { refusedLately } from "./refusals.ts";
import { authFriend, block, conversationMember, conversationTable, message } from "./schema.ts";
import { perSession, READ_ONLY, type Session } from "./session.ts";

/** How a conversation stands while it is locked. */
export interface Standing {
  /** Who its members are, and whether they may write, is then another question: `writersOf`. */
  readonly isGroup: boolean;
  /** The two of a direct conversation. */
  readonly members: readonly (UserId | null)[];
  readonly lastSeq: number;
  /** The time of its last message, milliseconds since 1970; 0 when it has none. */
  readonly lastAt: number;
  /** Why nothing new may be stored in a direct one. */
  readonly refusal: AppendOutcome | undefined;
  /** Whether a text was refused in it lately. */
  readonly refusedLately: boolean;
}

const NOT_FRIENDS: AppendOutcome = { status: "not_friends" };
const BLOCKED: AppendOutcome = { status: "blocked" };

/**
 * Locks conversations in the order of their ids, so that two batches wait for each other instead of
 * deadlocking. Friendship and blocks are joined, not asked in subqueries: only what a locking read itself
 * reads is current, a subquery would see the time before the wait.
 * @param ids ascending, not empty. @returns those that exist.
 * @throws when the server is no primary any more, which a user with every privilege would not be told.
 */
export async function lockConversations(
  session: Session,
  ids: readonly ConversationId[],
): Promise<Map<ConversationId, Standing>> {
  const rows = await lockStatement(session).execute({ ids: [ids] });
  const standings = new Map<ConversationId, Standing>();
  for (const { id, lo, hi, lastSeq, lastAt, friends, blocked, lately, readOnly } of rows) {
    if (readOnly) throw readOnlyServer();
    const isGroup = lo === null;
    const refusal = isGroup || friends ? (blocked ? BLOCKED : undefined) : NOT_FRIENDS;
    const refusedLately = Boolean(lately);
    standings.set(id, { isGroup, members: [lo, hi], lastSeq, lastAt: lastAt ?? 0, refusal, refusedLately });
  }
  return standings;
}

/** Those of the named who are members of their groups, as `writerKey` has them. The groups are locked. */
export async function writersOf(
  session: Session,
  named: readonly Pick<AppendEntry, "conversation" | "sender">[],
): Promise<ReadonlyMap<string, Author>> {
  if (named.length === 0) return NO_WRITERS;
  const pairs = named.map(({ conversation, sender }) => [conversation, sender]);
  const rows = await writersStatement(session).execute({ pairs: [pairs] });
  return new Map(
    rows.map((row) => [writerKey(row), { role: row.role ?? undefined, visibleFrom: row.visibleFrom }]),
  );
}

export const writerKey = ({ conversation, sender }: Pick<AppendEntry, "conversation" | "sender">) =>
  `${conversation}:${sender}`;

const NO_WRITERS: ReadonlyMap<string, Author> = new Map();

const writersStatement = perSession((db) => {
  const { conversationId, uuid, role, visibleFrom } = conversationMember;
  return db
    .select({ conversation: conversationId, sender: uuid, role, visibleFrom })
    .from(conversationMember)
    .where(and(sql`(${conversationId}, ${uuid}) in ${sql.placeholder("pairs")}`, isNotNull(role)))
    .prepare();
});

const lockStatement = perSession((db) => {
  const { id, lo, hi, lastSeq } = conversationTable;
  const byLo = alias(block, "by_lo");
  const byHi = alias(block, "by_hi");
  return (
    db
      .select({
        ...{ id, lo, hi, lastSeq },
        lastAt: message.at,
        friends: isNotNull(authFriend.id),
        blocked: or(isNotNull(byLo.uuid), isNotNull(byHi.uuid)) ?? sql`0`,
        lately: refusedLately,
        readOnly: sql<number>`${sql.raw(READ_ONLY)}`,
      })
      // Without it a small table would be read, and locked, as a whole.
      .from(conversationTable, { forceIndex: "PRIMARY" })
      .leftJoin(authFriend, and(eq(authFriend.selfUuid, lo), eq(authFriend.friendUuid, hi)))
      .leftJoin(byLo, and(eq(byLo.uuid, lo), eq(byLo.blockedUuid, hi)))
      .leftJoin(byHi, and(eq(byHi.uuid, hi), eq(byHi.blockedUuid, lo)))
      // By the primary key, on the page that the next message goes to.
      .leftJoin(message, and(eq(message.conversationId, id), eq(message.seq, lastSeq)))
      // The driver writes an array inside the array as a list in parentheses.
      .where(sql`${id} in ${sql.placeholder("ids")}`)
      .orderBy(asc(id))
      .for("update")
      .prepare()
  );
});
