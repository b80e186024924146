/**
 * @module store/mysql/friends
 * Friendships in MySQL: the table AuthFriend.
 */
import { and, asc, eq, gt, isNull, or } from "drizzle-orm";
import { alias } from "drizzle-orm/mysql-core";
import { type UserId, userId } from "../../domain/ids.ts";
import { pageOf, startOf } from "../paging.ts";
import { profileOf } from "../rows.ts";
import type { FriendStore } from "../store.ts";
import { blockStore } from "./blocks.ts";
import type { Pool } from "./pool.ts";
import { shownColumns } from "./profiles.ts";
import { areFriends, lockConversation, lockPair } from "./relations.ts";
import { requestStore } from "./requests.ts";
import { authentication, authFriend, block, friendRequest, userProfile } from "./schema.ts";

export function friendStore(pool: Pool): FriendStore {
  const { use, transaction } = pool;

  const sides = (a: UserId, b: UserId) =>
    or(
      and(eq(authFriend.selfUuid, a), eq(authFriend.friendUuid, b)),
      and(eq(authFriend.selfUuid, b), eq(authFriend.friendUuid, a)),
    );
  const requestOf = (from: UserId, to: UserId) =>
    and(eq(friendRequest.srcUuid, from), eq(friendRequest.dstUuid, to));

  return {
    ...requestStore(pool),
    ...blockStore(pool),

    remove: (a, b) =>
      transaction(async (session) => {
        await lockPair(session, a, b);
        await lockConversation(session, a, b);
        const [{ affectedRows }] = await session.db.delete(authFriend).where(sides(a, b));
        // What confirmed it goes with it, or a later confirmation would pass for a repeated one.
        if (affectedRows > 0)
          await session.db.delete(friendRequest).where(or(requestOf(a, b), requestOf(b, a)));
        return affectedRows > 0;
      }),

    areFriends: (a, b) => use((session) => areFriends(session, a, b)),

    list: (user, request) =>
      use(async ({ db }) => {
        const { after, rows } = startOf(request);
        const found = await db
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
          .limit(rows);
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
      use(async ({ db }) => {
        const byUser = alias(block, "by_user");
        const byFriend = alias(block, "by_friend");
        const { selfUuid, friendUuid } = authFriend;
        const rows = await db
          .select({ id: friendUuid })
          .from(authFriend)
          .leftJoin(byUser, and(eq(byUser.uuid, selfUuid), eq(byUser.blockedUuid, friendUuid)))
          .leftJoin(byFriend, and(eq(byFriend.uuid, friendUuid), eq(byFriend.blockedUuid, selfUuid)))
          .where(and(eq(selfUuid, user), isNull(byUser.uuid), isNull(byFriend.uuid)))
          .orderBy(asc(friendUuid));
        return rows.map(({ id }) => id);
      }),
  };
}
