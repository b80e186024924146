/**
 * @module store/mysql/friends
 * Friendships and blocks in MySQL: the tables AuthFriend and Block.
 */
import { and, asc, eq, gt, or } from "drizzle-orm";
import { type UserId, userId } from "../../domain/ids.ts";
import { pageOf, startOf } from "../paging.ts";
import { profileOf } from "../rows.ts";
import type { FriendStore } from "../store.ts";
import type { Pool } from "./pool.ts";
import { profileColumns } from "./profiles.ts";
import { areFriends, isBlocked, lockConversation, lockPair } from "./relations.ts";
import { requestStore } from "./requests.ts";
import { authentication, authFriend, block, friendRequest, isOpen, userProfile } from "./schema.ts";

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
    isBlocked: (a, b) => use((session) => isBlocked(session, a, b)),

    list: (user, request) =>
      use(async ({ db }) => {
        const { after, rows } = startOf(request);
        const found = await db
          .select({ alternativeName: authFriend.alternativeName, profile: profileColumns })
          .from(authFriend)
          .innerJoin(authentication, eq(authentication.uuid, authFriend.friendUuid))
          .innerJoin(userProfile, eq(userProfile.uuid, authFriend.friendUuid))
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

    blockedBy: (user, request) =>
      use(async ({ db }) => {
        const { after, rows } = startOf(request);
        const found = await db
          .select(profileColumns)
          .from(block)
          .innerJoin(authentication, eq(authentication.uuid, block.blockedUuid))
          .innerJoin(userProfile, eq(userProfile.uuid, block.blockedUuid))
          .where(and(eq(block.uuid, user), gt(block.blockedUuid, userId(after))))
          .orderBy(asc(block.blockedUuid))
          .limit(rows);
        return pageOf(found, request, ({ id }) => id, profileOf);
      }),

    ids: (user) =>
      use(async ({ db }) => {
        const rows = await db
          .select({ id: authFriend.friendUuid })
          .from(authFriend)
          .where(eq(authFriend.selfUuid, user))
          .orderBy(asc(authFriend.friendUuid));
        return rows.map(({ id }) => id);
      }),

    setBlocked: (user, other, blocked) =>
      transaction(async (session) => {
        const { db } = session;
        if (!(await lockPair(session, user, other))) return;
        await lockConversation(session, user, other);
        if (!blocked) {
          await db.delete(block).where(and(eq(block.uuid, user), eq(block.blockedUuid, other)));
          return;
        }
        await db.insert(block).ignore().values({ uuid: user, blockedUuid: other });
        await db.delete(friendRequest).where(and(requestOf(other, user), isOpen));
      }),
  };
}
