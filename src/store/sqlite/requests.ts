/**
 * @module store/sqlite/requests
 * Friend requests in SQLite. At most one row per (src, dst) is ever there: a new request after a confirmed one
 * opens that row again.
 */
import { and, asc, eq, gt } from "drizzle-orm";
import type { UserId } from "../../domain/ids.ts";
import { pageOf, startOf } from "../paging.ts";
import { profileOf } from "../rows.ts";
import type { FriendStore } from "../store.ts";
import type { Connection } from "./connection.ts";
import { profileColumns } from "./profiles.ts";
import { relations } from "./relations.ts";
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

type RequestStore = Pick<FriendStore, "request" | "requestsTo" | "confirm" | "removeRequest">;

export function requestStore(connection: Connection): RequestStore {
  const { db, read, write } = connection;
  const { exists, areFriends, blocks, isBlocked, makeConversation } = relations(connection);

  const between = (from: UserId, to: UserId) =>
    and(eq(friendRequest.srcUuid, from), eq(friendRequest.dstUuid, to));
  const statusOf = (from: UserId, to: UserId) => {
    const row = db
      .select({ status: friendRequest.status })
      .from(friendRequest)
      .where(between(from, to))
      .get();
    return row && (row.status ?? OPEN);
  };
  const markConfirmed = (from: UserId, to: UserId) =>
    db
      .update(friendRequest)
      .set({ status: CONFIRMED })
      .where(and(between(from, to), isOpen))
      .run();

  /** Both rows of the friendship and the conversation with its members, each unless it is there. */
  function befriend(by: UserId, from: UserId, alternativeName: string): void {
    db.insert(authFriend)
      .values([
        { selfUuid: by, friendUuid: from, alternativeName },
        { selfUuid: from, friendUuid: by, alternativeName: "" },
      ])
      .onConflictDoNothing()
      .run();
    const conversation = makeConversation(by, from);
    db.insert(conversationMember)
      .values([by, from].map((uuid) => ({ conversationId: conversation, uuid })))
      .onConflictDoNothing()
      .run();
  }

  return {
    request: ({ from, to, nickname, message }) =>
      write(() => {
        if (from === to || !exists(from) || !exists(to)) return "no_such_user";
        if (areFriends(from, to)) return isBlocked(from, to) ? "blocked" : "already_friends";
        if (blocks(from, to)) return "blocked";
        if (blocks(to, from)) return "refused";
        const before = statusOf(from, to);
        if (before === undefined) {
          db.insert(friendRequest)
            .values({ srcUuid: from, dstUuid: to, nickname, message, status: OPEN })
            .run();
          return "created";
        }
        db.update(friendRequest).set({ nickname, message, status: OPEN }).where(between(from, to)).run();
        return before === OPEN ? "repeated" : "created";
      }),

    requestsTo: (user, request) =>
      read(() => {
        const { after, rows } = startOf(request);
        const found = db
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
          .limit(rows)
          .all();
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
      write(() => {
        const status = statusOf(from, by);
        if (status === undefined) return "no_request";
        if (status === CONFIRMED) return areFriends(by, from) ? "repeated" : "no_request";
        if (isBlocked(from, by)) return "no_request";
        markConfirmed(from, by);
        markConfirmed(by, from);
        befriend(by, from, alternativeName);
        return "confirmed";
      }),

    removeRequest: (from, to) =>
      write(
        () =>
          db
            .delete(friendRequest)
            .where(and(between(from, to), isOpen))
            .returning({ id: friendRequest.id })
            .all().length > 0,
      ),
  };
}
