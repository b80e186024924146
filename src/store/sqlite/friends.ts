/**
 * @module store/sqlite/friends
 * Friendships and blocks in SQLite: the tables AuthFriend and Block.
 */
import { and, asc, eq, gt, or } from "drizzle-orm";
import { type UserId, userId } from "../../domain/ids.ts";
import { pageOf, startOf } from "../paging.ts";
import { profileOf } from "../rows.ts";
import type { FriendStore } from "../store.ts";
import type { Connection } from "./connection.ts";
import { profileColumns } from "./profiles.ts";
import { relations } from "./relations.ts";
import { requestStore } from "./requests.ts";
import { authentication, authFriend, block, friendRequest, isOpen, userProfile } from "./schema.ts";

export function friendStore(connection: Connection): FriendStore {
  const { db, read, write } = connection;
  const { exists, areFriends, isBlocked } = relations(connection);

  const sides = (a: UserId, b: UserId) =>
    or(
      and(eq(authFriend.selfUuid, a), eq(authFriend.friendUuid, b)),
      and(eq(authFriend.selfUuid, b), eq(authFriend.friendUuid, a)),
    );
  const requestOf = (from: UserId, to: UserId) =>
    and(eq(friendRequest.srcUuid, from), eq(friendRequest.dstUuid, to));

  return {
    ...requestStore(connection),

    remove: (a, b) =>
      write(() => {
        const removed = db.delete(authFriend).where(sides(a, b)).returning({ id: authFriend.id }).all();
        // What confirmed it goes with it, or a later confirmation would pass for a repeated one.
        if (removed.length > 0)
          db.delete(friendRequest)
            .where(or(requestOf(a, b), requestOf(b, a)))
            .run();
        return removed.length > 0;
      }),

    areFriends: (a, b) => read(() => areFriends(a, b)),
    isBlocked: (a, b) => read(() => isBlocked(a, b)),

    list: (user, request) =>
      read(() => {
        const { after, rows } = startOf(request);
        const found = db
          .select({ alternativeName: authFriend.alternativeName, profile: profileColumns })
          .from(authFriend)
          .innerJoin(authentication, eq(authentication.uuid, authFriend.friendUuid))
          .innerJoin(userProfile, eq(userProfile.uuid, authFriend.friendUuid))
          .where(and(eq(authFriend.selfUuid, user), gt(authFriend.friendUuid, userId(after))))
          .orderBy(asc(authFriend.friendUuid))
          .limit(rows)
          .all();
        return pageOf(
          found,
          request,
          ({ profile }) => profile.id,
          ({ profile, alternativeName }) => ({
            profile: profileOf(profile),
            alternativeName: alternativeName ?? "",
          }),
        );
      }),

    blockedBy: (user, request) =>
      read(() => {
        const { after, rows } = startOf(request);
        const found = db
          .select(profileColumns)
          .from(block)
          .innerJoin(authentication, eq(authentication.uuid, block.blockedUuid))
          .innerJoin(userProfile, eq(userProfile.uuid, block.blockedUuid))
          .where(and(eq(block.uuid, user), gt(block.blockedUuid, userId(after))))
          .orderBy(asc(block.blockedUuid))
          .limit(rows)
          .all();
        return pageOf(found, request, ({ id }) => id, profileOf);
      }),

    ids: (user) =>
      read(() =>
        db
          .select({ id: authFriend.friendUuid })
          .from(authFriend)
          .where(eq(authFriend.selfUuid, user))
          .orderBy(asc(authFriend.friendUuid))
          .all()
          .map(({ id }) => id),
      ),

    setBlocked: (user, other, blocked) =>
      write(() => {
        const row = and(eq(block.uuid, user), eq(block.blockedUuid, other));
        if (!blocked) {
          db.delete(block).where(row).run();
          return;
        }
        if (!exists(user) || !exists(other)) return;
        db.insert(block).values({ uuid: user, blockedUuid: other }).onConflictDoNothing().run();
        db.delete(friendRequest)
          .where(and(requestOf(other, user), isOpen))
          .run();
      }),
  };
}
