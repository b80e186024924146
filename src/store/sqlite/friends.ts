/**
 * @module store/sqlite/friends
 * Friendships in SQLite: the table AuthFriend.
 */
import { and, asc, eq, gt, not, or, sql } from "drizzle-orm";
import { type UserId, userId } from "../../domain/ids.ts";
import { lazy } from "../lazy.ts";
import { pageOf, startOf } from "../paging.ts";
import { profileOf } from "../rows.ts";
import type { FriendStore } from "../store.ts";
import { blockStore } from "./blocks.ts";
import type { Connection } from "./connection.ts";
import { shownColumns } from "./profiles.ts";
import { relations } from "./relations.ts";
import { requestStore } from "./requests.ts";
import { authentication, authFriend, block, friendRequest, userProfile } from "./schema.ts";

export function friendStore(connection: Connection): FriendStore {
  const { db, read, write } = connection;
  const { areFriends } = relations(connection);

  const sides = (a: UserId, b: UserId) =>
    or(
      and(eq(authFriend.selfUuid, a), eq(authFriend.friendUuid, b)),
      and(eq(authFriend.selfUuid, b), eq(authFriend.friendUuid, a)),
    );
  const requestOf = (from: UserId, to: UserId) =>
    and(eq(friendRequest.srcUuid, from), eq(friendRequest.dstUuid, to));

  // Two lookups of one row for each friend; as joins SQLite takes several times as long (see append.ts).
  const blocked = (blocker: typeof authFriend.selfUuid, other: typeof authFriend.friendUuid) =>
    sql`exists (select 1 from ${block} where ${block.uuid} = ${blocker} and ${block.blockedUuid} = ${other})`;
  const reachable = lazy(() => {
    const { selfUuid, friendUuid } = authFriend;
    return db
      .select({ id: friendUuid })
      .from(authFriend)
      .where(
        and(
          eq(selfUuid, sql.placeholder("user")),
          not(blocked(selfUuid, friendUuid)),
          not(blocked(friendUuid, selfUuid)),
        ),
      )
      .orderBy(asc(friendUuid))
      .prepare();
  });

  return {
    ...requestStore(connection),
    ...blockStore(connection),

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

    list: (user, request) =>
      read(() => {
        const { after, rows } = startOf(request);
        const found = db
          .select({ alternativeName: authFriend.alternativeName, profile: shownColumns })
          .from(authFriend)
          .innerJoin(authentication, eq(authentication.uuid, authFriend.friendUuid))
          .innerJoin(userProfile, eq(userProfile.uuid, authFriend.friendUuid))
          .leftJoin(
            block,
            and(eq(block.uuid, authFriend.friendUuid), eq(block.blockedUuid, authFriend.selfUuid)),
          )
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

    reachable: (user) =>
      read(() =>
        reachable()
          .all({ user })
          .map(({ id }) => id),
      ),
  };
}
