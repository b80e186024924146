/**
 * @module store/sqlite/relations
 * What holds between two users, asked inside the transactions that change it: the questions requests,
 * friendships and blocks share.
 */
import { and, eq, or, sql } from "drizzle-orm";
import { pairOf, type UserId } from "../../domain/ids.ts";
import { lazy } from "../lazy.ts";
import type { Connection } from "./connection.ts";
import { authentication, authFriend, block, conversationTable } from "./schema.ts";

export interface Relations {
  exists(user: UserId): boolean;
  areFriends(a: UserId, b: UserId): boolean;
  /** In either direction. */
  isBlocked(a: UserId, b: UserId): boolean;
  /** The id of the two's conversation, which is made when it is not there. */
  conversationOf(a: UserId, b: UserId): number;
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
      .where(
        or(
          and(eq(block.uuid, a), eq(block.blockedUuid, b)),
          and(eq(block.uuid, b), eq(block.blockedUuid, a)),
        ),
      )
      .limit(1)
      .prepare(),
  );

  return {
    exists: (user) => account().get({ a: user }) !== undefined,
    areFriends: (one, other) => friend().get({ a: one, b: other }) !== undefined,
    isBlocked: (one, other) => blocked().get({ a: one, b: other }) !== undefined,
    conversationOf(one, other) {
      const { lo, hi } = pairOf(one, other);
      db.insert(conversationTable).values({ lo, hi }).onConflictDoNothing().run();
      const row = db
        .select({ id: conversationTable.id })
        .from(conversationTable)
        .where(and(eq(conversationTable.lo, lo), eq(conversationTable.hi, hi)))
        .get();
      if (row === undefined) throw new Error(`no conversation of ${lo} and ${hi}`);
      return row.id;
    },
  };
}
