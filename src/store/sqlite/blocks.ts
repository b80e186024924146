/**
 * @module store/sqlite/blocks
 * Blocks in SQLite: the table Block, and the marks that those between whom one is are shown instead of their own.
 */
import { and, asc, eq, gt, isNull } from "drizzle-orm";
import { type ConversationId, type UserId, userId } from "../../domain/ids.ts";
import { carried } from "../heads.ts";
import { pageOf, startOf } from "../paging.ts";
import { profileOf } from "../rows.ts";
import type { FriendStore } from "../store.ts";
import type { Connection } from "./connection.ts";
import { profileColumns } from "./profiles.ts";
import { relations } from "./relations.ts";
import {
  authentication,
  block,
  conversationMember,
  conversationTable,
  friendRequest,
  isOpen,
  message,
  userProfile,
} from "./schema.ts";

type BlockStore = Pick<FriendStore, "setBlocked" | "blockedBy" | "isBlocked">;

const { conversationId, uuid, deliveredSeq, readSeq, shownReadSeq } = conversationMember;

export function blockStore(connection: Connection): BlockStore {
  const { db, read, write } = connection;
  const { exists, areFriends, blocks, isBlocked, conversationOf } = relations(connection);

  const profiles = () =>
    db
      .select(profileColumns)
      .from(authentication)
      .innerJoin(userProfile, eq(userProfile.uuid, authentication.uuid));

  /** @returns whether it is new. */
  function insert(user: UserId, other: UserId): boolean {
    const profile = profiles().where(eq(authentication.uuid, user)).get();
    const { nickname, avatar, description, sex } = profile ? profileOf(profile) : {};
    const inserted = db
      .insert(block)
      .values({ uuid: user, blockedUuid: other, nickname, avatar, description, sex })
      .onConflictDoNothing()
      .returning({ uuid: block.uuid })
      .all();
    return inserted.length > 0;
  }

  /** @returns who had asked. */
  function removeRequests(a: UserId, b: UserId): UserId[] {
    const remove = (from: UserId, to: UserId) =>
      db
        .delete(friendRequest)
        .where(and(eq(friendRequest.srcUuid, from), eq(friendRequest.dstUuid, to), isOpen))
        .returning({ asker: friendRequest.srcUuid })
        .all();
    return [...remove(a, b), ...remove(b, a)].map(({ asker }) => asker);
  }

  /** From now on each member is shown the other's marks as they are now. */
  function freeze(conversation: ConversationId): void {
    const texts = { conversation: conversationTable, message };
    const members = db
      .select({
        user: uuid,
        shownDeliveredSeq: carried(deliveredSeq, uuid, texts),
        shownReadSeq: carried(readSeq, uuid, texts),
      })
      .from(conversationMember)
      .innerJoin(conversationTable, eq(conversationTable.id, conversationId))
      .where(and(eq(conversationId, conversation), isNull(shownReadSeq)))
      .all();
    for (const { user, ...shown } of members)
      db.update(conversationMember)
        .set(shown)
        .where(and(eq(conversationId, conversation), eq(uuid, user)))
        .run();
  }

  /** Each member is shown the other's marks again. */
  function thaw(conversation: ConversationId): void {
    db.update(conversationMember)
      .set({ shownDeliveredSeq: null, shownReadSeq: null })
      .where(eq(conversationId, conversation))
      .run();
  }

  return {
    setBlocked: (user, other, blocked) =>
      write(() => {
        if (user === other || !exists(user) || !exists(other))
          return { changed: false, friends: false, mutual: false, askers: [] };
        const conversation = conversationOf(user, other);
        const friends = areFriends(user, other);
        const mutual = blocks(other, user);
        if (blocked) {
          const changed = insert(user, other);
          if (conversation !== undefined) freeze(conversation);
          return { changed, friends, mutual, askers: removeRequests(user, other) };
        }
        const lifted = db
          .delete(block)
          .where(and(eq(block.uuid, user), eq(block.blockedUuid, other)))
          .returning({ uuid: block.uuid })
          .all();
        if (!mutual && conversation !== undefined) thaw(conversation);
        return { changed: lifted.length > 0, friends, mutual, askers: [] };
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

    isBlocked: (a, b) => read(() => isBlocked(a, b)),
  };
}
