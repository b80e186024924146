/**
 * @module store/mysql/blocks
 * Blocks in MySQL: the table Block, and the marks that those between whom one is are shown instead of their own.
 */
import { and, asc, eq, gt, isNull } from "drizzle-orm";
import { type ConversationId, type UserId, userId } from "../../domain/ids.ts";
import { carried } from "../heads.ts";
import { pageOf, startOf } from "../paging.ts";
import { profileOf } from "../rows.ts";
import type { FriendStore } from "../store.ts";
import { NOT_MOVED } from "./grouped.ts";
import type { Pool } from "./pool.ts";
import { profileColumns } from "./profiles.ts";
import { areFriends, blocks, findConversation, isBlocked, lockConversation, lockPair } from "./relations.ts";
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
import type { Session } from "./session.ts";

type BlockStore = Pick<FriendStore, "setBlocked" | "blockedBy" | "isBlocked">;

const { conversationId, uuid, deliveredSeq, readSeq, shownReadSeq } = conversationMember;

/** From now on each member is shown the other's marks as they are now. */
async function freeze({ db }: Session, conversation: ConversationId): Promise<void> {
  const texts = { conversation: conversationTable, message };
  const members = await db
    .select({
      user: uuid,
      shownDeliveredSeq: carried(deliveredSeq, uuid, texts),
      shownReadSeq: carried(readSeq, uuid, texts),
    })
    .from(conversationMember)
    .innerJoin(conversationTable, eq(conversationTable.id, conversationId))
    .where(and(eq(conversationId, conversation), isNull(shownReadSeq)));
  for (const { user, ...shown } of members)
    await db
      .update(conversationMember)
      .set({ ...shown, ...NOT_MOVED })
      .where(and(eq(conversationId, conversation), eq(uuid, user)));
}

/** Each member is shown the other's marks again. */
async function thaw({ db }: Session, conversation: ConversationId): Promise<void> {
  await db
    .update(conversationMember)
    .set({ shownDeliveredSeq: null, shownReadSeq: null, ...NOT_MOVED })
    .where(eq(conversationId, conversation));
}

export function blockStore({ use, transaction }: Pool): BlockStore {
  /** @returns who had asked. */
  async function removeRequests({ db }: Session, a: UserId, b: UserId): Promise<UserId[]> {
    const askers: UserId[] = [];
    for (const [from, to] of [[a, b] as const, [b, a] as const]) {
      const between = and(eq(friendRequest.srcUuid, from), eq(friendRequest.dstUuid, to), isOpen);
      const [{ affectedRows }] = await db.delete(friendRequest).where(between);
      if (affectedRows > 0) askers.push(from);
    }
    return askers;
  }

  /** @returns whether it is new. */
  async function insert({ db }: Session, user: UserId, other: UserId): Promise<boolean> {
    const [profile] = await db
      .select(profileColumns)
      .from(authentication)
      .innerJoin(userProfile, eq(userProfile.uuid, authentication.uuid))
      .where(eq(authentication.uuid, user));
    const { nickname, avatar, description, sex } = profile ? profileOf(profile) : {};
    const [{ affectedRows }] = await db
      .insert(block)
      .ignore()
      .values({ uuid: user, blockedUuid: other, nickname, avatar, description, sex });
    return affectedRows > 0;
  }

  return {
    setBlocked: (user, other, blocked) =>
      transaction(async (session) => {
        if (!(await lockPair(session, user, other)))
          return { changed: false, friends: false, mutual: false, askers: [] };
        await lockConversation(session, user, other);
        const conversation = await findConversation(session, user, other);
        const friends = await areFriends(session, user, other);
        const mutual = await blocks(session, other, user);
        if (blocked) {
          const changed = await insert(session, user, other);
          if (conversation !== undefined) await freeze(session, conversation);
          return { changed, friends, mutual, askers: await removeRequests(session, user, other) };
        }
        const row = and(eq(block.uuid, user), eq(block.blockedUuid, other));
        const [{ affectedRows }] = await session.db.delete(block).where(row);
        if (!mutual && conversation !== undefined) await thaw(session, conversation);
        return { changed: affectedRows > 0, friends, mutual, askers: [] };
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

    isBlocked: (a, b) => use((session) => isBlocked(session, a, b)),
  };
}
