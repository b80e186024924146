/**
 * @module store/mysql/relations
 * What holds between two users, asked inside the transactions that change it. Such a transaction locks, in this
 * order: the two accounts (lower id first), then their conversation. So changes to one pair are serial, and
 * `append`, which locks the conversation, sees all or nothing of them.
 */
import { and, asc, eq, inArray, or, sql } from "drizzle-orm";
import { type ConversationId, conversationId, pairOf, type UserId } from "../../domain/ids.ts";
import { authentication, authFriend, block, conversationTable } from "./schema.ts";
import type { Session } from "./session.ts";

/** Locks accounts, lower ids first. @returns those that exist. */
export async function lockAccounts({ db }: Session, users: readonly UserId[]): Promise<UserId[]> {
  const accounts = await db
    .select({ id: authentication.uuid })
    .from(authentication)
    .where(inArray(authentication.uuid, [...users]))
    .orderBy(asc(authentication.uuid))
    .for("update");
  return accounts.map(({ id }) => id);
}

/** @returns whether both exist (and are two). */
export async function lockPair(session: Session, a: UserId, b: UserId): Promise<boolean> {
  return (await lockAccounts(session, [a, b])).length === 2;
}

/**
 * Waits until no append to the two's conversation is under way, and keeps new ones out. The row is changed, not just
 * locked: on Galera a lock is the node's own, and what makes an append on another node fail is a change of its row.
 */
export async function lockConversation({ db }: Session, a: UserId, b: UserId): Promise<void> {
  const { lo, hi, version, grownAt } = conversationTable;
  const pair = pairOf(a, b);
  await db
    .update(conversationTable)
    // It did not grow by that.
    .set({ version: sql`${version} + 1`, grownAt: sql`${grownAt}` })
    .where(and(eq(lo, pair.lo), eq(hi, pair.hi)));
}

export async function areFriends({ db }: Session, a: UserId, b: UserId): Promise<boolean> {
  const rows = await db
    .select({ id: authFriend.id })
    .from(authFriend)
    .where(and(eq(authFriend.selfUuid, a), eq(authFriend.friendUuid, b)));
  return rows.length > 0;
}

const blockOf = (user: UserId, other: UserId) => and(eq(block.uuid, user), eq(block.blockedUuid, other));

/** Whether the one blocks the other. */
export async function blocks({ db }: Session, user: UserId, other: UserId): Promise<boolean> {
  const rows = await db.select({ uuid: block.uuid }).from(block).where(blockOf(user, other));
  return rows.length > 0;
}

/** In either direction. */
export async function isBlocked({ db }: Session, a: UserId, b: UserId): Promise<boolean> {
  const rows = await db
    .select({ uuid: block.uuid })
    .from(block)
    .where(or(blockOf(a, b), blockOf(b, a)))
    .limit(1);
  return rows.length > 0;
}

/** The id of the two's conversation, if they have one. */
export async function findConversation(
  { db }: Session,
  a: UserId,
  b: UserId,
): Promise<ConversationId | undefined> {
  const { lo, hi } = pairOf(a, b);
  const [row] = await db
    .select({ id: conversationTable.id })
    .from(conversationTable)
    .where(and(eq(conversationTable.lo, lo), eq(conversationTable.hi, hi)));
  return row?.id;
}

/** The same, made when it is not there. Needs the pair's lock. */
export async function conversationOf(session: Session, a: UserId, b: UserId): Promise<ConversationId> {
  const known = await findConversation(session, a, b);
  if (known !== undefined) return known;
  const [{ insertId }] = await session.db.insert(conversationTable).values(pairOf(a, b));
  return conversationId(insertId);
}
