/**
 * @module store/sqlite/relations
 * What holds between two users, asked inside the transactions that change it: the questions requests,
 * friendships and blocks share.
 */
import { and, eq, sql } from "drizzle-orm";
import { type ConversationId, pairOf, type UserId } from "../../domain/ids.ts";
import { lazy } from "../lazy.ts";
import type { Connection } from "./connection.ts";
import { authentication, authFriend, block, conversationTable } from "./schema.ts";

export interface Relations {
  exists(user: UserId): boolean;
  areFriends(a: UserId, b: UserId): boolean;
  /** Whether the one blocks the other. */
  blocks(user: UserId, other: UserId): boolean;
  /** In either direction. */
  isBlocked(a: UserId, b: UserId): boolean;
  /** The id of the two's conversation, if they have one. */
  conversationOf(a: UserId, b: UserId): ConversationId | undefined;
  /** The same, made when it is not there. */
  makeConversation(a: UserId, b: UserId): ConversationId;
}

export function relations({ db }: Pick<Connection, "db">): Relations {
  const a = sql.placeholder("a");
  const b = sql.placeholder("b");
  const account = lazy(() =>
    db.select({ id: authentication.uuid }).from(authentication).where(eq(authentication.uuid, a)).prepare(),
  );
  const friend = lazy(() =>
    db
      .select({ id: authFriend.id })
      .from(authFriend)
      .where(and(eq(authFriend.selfUuid, a), eq(authFriend.friendUuid, b)))
      .prepare(),
  );
  const blocked = lazy(() =>
    db
      .select({ uuid: block.uuid })
      .from(block)
      .where(and(eq(block.uuid, a), eq(block.blockedUuid, b)))
      .prepare(),
  );
  const blocks = (one: UserId, other: UserId) => blocked().get({ a: one, b: other }) !== undefined;

  const conversation = lazy(() =>
    db
      .select({ id: conversationTable.id })
      .from(conversationTable)
      .where(and(eq(conversationTable.lo, a), eq(conversationTable.hi, b)))
      .prepare(),
  );
  const conversationOf = (one: UserId, other: UserId) => {
    const { lo, hi } = pairOf(one, other);
    return conversation().get({ a: lo, b: hi })?.id;
  };

  return {
    exists: (user) => account().get({ a: user }) !== undefined,
    areFriends: (one, other) => friend().get({ a: one, b: other }) !== undefined,
    blocks,
    isBlocked: (one, other) => blocks(one, other) || blocks(other, one),
    conversationOf,
    makeConversation(one, other) {
      const { lo, hi } = pairOf(one, other);
      db.insert(conversationTable).values({ lo, hi }).onConflictDoNothing().run();
      const id = conversationOf(one, other);
      if (id === undefined) throw new Error(`no conversation of ${lo} and ${hi}`);
      return id;
    },
  };
}
