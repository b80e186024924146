/**
 * @module store/mysql/requests
 * Friend requests in MySQL. At most one row per (src, dst) is ever there: a new request after a confirmed one
 * opens that row again.
 */
import { and, asc, eq, gt, sql } from "drizzle-orm";
import type { UserId } from "../../domain/ids.ts";
import { pageOf, startOf } from "../paging.ts";
import { profileOf } from "../rows.ts";
import type { FriendStore } from "../store.ts";
import type { Pool } from "./pool.ts";
import { profileColumns } from "./profiles.ts";
import { areFriends, blocks, conversationOf, isBlocked, lockConversation, lockPair } from "./relations.ts";
import {
  authentication,
  authFriend,
  CONFIRMED,
  conversationMember,
  friendRequest,
  isOpen,
  OPEN,
  userProfile,
} from "./schema.ts";
import type { Session } from "./session.ts";

type RequestStore = Pick<FriendStore, "request" | "requestsTo" | "confirm" | "removeRequest">;

export function requestStore({ use, transaction }: Pool): RequestStore {
  const between = (from: UserId, to: UserId) =>
    and(eq(friendRequest.srcUuid, from), eq(friendRequest.dstUuid, to));

  async function statusOf({ db }: Session, from: UserId, to: UserId): Promise<number | undefined> {
    const [row] = await db
      .select({ status: friendRequest.status })
      .from(friendRequest)
      .where(between(from, to));
    return row && (row.status ?? OPEN);
  }

  async function markConfirmed({ db }: Session, from: UserId, to: UserId): Promise<void> {
    await db
      .update(friendRequest)
      .set({ status: CONFIRMED })
      .where(and(between(from, to), isOpen));
  }

  /** Both rows of the friendship and the conversation with its members, each unless it is there. */
  async function befriend(session: Session, by: UserId, from: UserId, alternativeName: string) {
    const { db } = session;
    await db
      .insert(authFriend)
      .values([
        { selfUuid: by, friendUuid: from, alternativeName },
        { selfUuid: from, friendUuid: by, alternativeName: "" },
      ])
      // Not IGNORE, which would cut a name that is too long.
      .onDuplicateKeyUpdate({ set: { id: sql`${authFriend.id}` } });
    const conversationId = await conversationOf(session, by, from);
    await db
      .insert(conversationMember)
      .ignore()
      .values([by, from].map((uuid) => ({ conversationId, uuid })));
  }

  return {
    request: ({ from, to, nickname, message }) =>
      transaction(async (session) => {
        const { db } = session;
        if (!(await lockPair(session, from, to))) return "no_such_user";
        if (await areFriends(session, from, to))
          return (await isBlocked(session, from, to)) ? "blocked" : "already_friends";
        if (await blocks(session, from, to)) return "blocked";
        if (await blocks(session, to, from)) return "refused";
        const before = await statusOf(session, from, to);
        if (before === undefined) {
          await db
            .insert(friendRequest)
            .values({ srcUuid: from, dstUuid: to, nickname, message, status: OPEN });
          return "created";
        }
        await db.update(friendRequest).set({ nickname, message, status: OPEN }).where(between(from, to));
        return before === OPEN ? "repeated" : "created";
      }),

    requestsTo: (user, request) =>
      use(async ({ db }) => {
        const { after, rows } = startOf(request);
        const found = await db
          .select({
            id: friendRequest.id,
            nickname: friendRequest.nickname,
            message: friendRequest.message,
            from: profileColumns,
          })
          .from(friendRequest)
          .innerJoin(authentication, eq(authentication.uuid, friendRequest.srcUuid))
          .innerJoin(userProfile, eq(userProfile.uuid, friendRequest.srcUuid))
          .where(and(eq(friendRequest.dstUuid, user), isOpen, gt(friendRequest.id, after)))
          .orderBy(asc(friendRequest.id))
          .limit(rows);
        return pageOf(
          found,
          request,
          ({ id }) => id,
          ({ from, nickname, message }) => ({
            from: profileOf(from),
            to: user,
            nickname: nickname ?? "",
            message: message ?? "",
          }),
        );
      }),

    confirm: ({ from, by, alternativeName }) =>
      transaction(async (session) => {
        if (!(await lockPair(session, from, by))) return "no_request";
        const status = await statusOf(session, from, by);
        if (status === undefined) return "no_request";
        if (status === CONFIRMED) return (await areFriends(session, by, from)) ? "repeated" : "no_request";
        if (await isBlocked(session, from, by)) return "no_request";
        await lockConversation(session, from, by);
        await markConfirmed(session, from, by);
        await markConfirmed(session, by, from);
        await befriend(session, by, from, alternativeName);
        return "confirmed";
      }),

    removeRequest: (from, to) =>
      transaction(async (session) => {
        await lockPair(session, from, to);
        const [{ affectedRows }] = await session.db
          .delete(friendRequest)
          .where(and(between(from, to), isOpen));
        return affectedRows > 0;
      }),
  };
}
