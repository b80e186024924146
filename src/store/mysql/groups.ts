/**
 * @module store/mysql/groups
 * Reading groups in MySQL: who is in them, where each stands, how far a message got; and what members set for
 * themselves.
 */
import { and, asc, count, eq, gt, gte, inArray, isNotNull, isNull, lte, ne, or, sql } from "drizzle-orm";
import { userId } from "../../domain/ids.ts";
import { groupMembersOf, groupOf, memberStandingOf, readersOf } from "../group-rows.ts";
import { settingsColumns, settingsOf } from "../heads.ts";
import { startOf } from "../paging.ts";
import type { ConversationStore } from "../store.ts";
import { NOT_MOVED } from "./grouped.ts";
import type { Pool } from "./pool.ts";
import { shownColumns } from "./profiles.ts";
import {
  authentication,
  block,
  conversationMember,
  conversationTable,
  message,
  userProfile,
} from "./schema.ts";

type GroupReads = Pick<
  ConversationStore,
  "info" | "members" | "standing" | "standings" | "groupsOf" | "readers" | "set"
>;

const { conversationId, uuid, role, joinedSeq, visibleFrom, leftSeq } = conversationMember;

export function groupStore({ use, read }: Pool): GroupReads {
  const standings: GroupReads["standings"] = (conversation, users) =>
    read(async ({ db }) => {
      if (users.length === 0) return new Map();
      const rows = await db
        .select({ user: uuid, role, joinedSeq, visibleFrom, leftSeq })
        .from(conversationMember)
        .where(and(eq(conversationId, conversation), inArray(uuid, [...users])));
      return new Map(rows.map(({ user, ...row }) => [user, memberStandingOf(row)]));
    });
  const info: GroupReads["info"] = (conversation, reader) =>
    read(async ({ db }) => {
      const { id, name, avatar, description, version, members, creator, createdAt } = conversationTable;
      const [row] = await db
        .select({ conversation: id, name, avatar, description, version, members, creator, createdAt })
        .from(conversationMember)
        .innerJoin(conversationTable, eq(id, conversationId))
        .where(and(eq(conversationId, conversation), eq(uuid, reader), isNotNull(role)));
      return row && groupOf(row);
    });

  return {
    info,
    standings,
    standing: async (conversation, user) => (await standings(conversation, [user])).get(user),

    members: async (conversation, reader, request) => {
      if ((await info(conversation, reader)) === undefined) return undefined;
      return read(async ({ db }) => {
        const { after, rows } = startOf(request);
        const found = await db
          .select({ profile: shownColumns, role, since: message.at })
          .from(conversationMember)
          .innerJoin(authentication, eq(authentication.uuid, uuid))
          .innerJoin(userProfile, eq(userProfile.uuid, uuid))
          .leftJoin(block, and(eq(block.uuid, uuid), eq(block.blockedUuid, reader)))
          .leftJoin(message, and(eq(message.conversationId, conversationId), eq(message.seq, joinedSeq)))
          .where(and(eq(conversationId, conversation), isNotNull(role), gt(uuid, userId(after))))
          .orderBy(asc(uuid))
          .limit(rows);
        return groupMembersOf(found, request);
      });
    },

    groupsOf: (user) =>
      read(async ({ db }) => {
        const rows = await db
          .select({ conversation: conversationId })
          .from(conversationMember)
          .where(and(eq(uuid, user), isNotNull(role)))
          .orderBy(asc(conversationId));
        return rows.map(({ conversation }) => conversation);
      }),

    readers: (conversation, seq, request) =>
      read(async ({ db }) => {
        const { conversationId: of, seq: at, sender } = message;
        const [found] = await db
          .select({ sender })
          .from(message)
          .where(and(eq(of, conversation), eq(at, seq)));
        if (found === undefined) return undefined;
        const { deliveredSeq, readSeq, shownDeliveredSeq, shownReadSeq } = conversationMember;
        const got = sql<number>`coalesce(${shownDeliveredSeq}, ${deliveredSeq}) >= ${seq}`;
        const seen = sql<number>`coalesce(${shownReadSeq}, ${readSeq}) >= ${seq}`;
        const concerned = and(
          ...[eq(conversationId, conversation), ne(uuid, found.sender), lte(visibleFrom, seq)],
          or(isNull(leftSeq), gte(leftSeq, seq)),
        );
        const [counted] = await db
          .select({ members: count(), delivered: sql`sum(${got})`, read: sql`sum(${seen})` })
          .from(conversationMember)
          .where(concerned);
        const { after, rows } = startOf(request);
        const page = await db
          .select({ user: uuid, username: authentication.username, delivered: got, read: seen })
          .from(conversationMember)
          .leftJoin(authentication, eq(authentication.uuid, uuid))
          .where(and(concerned, gt(uuid, userId(after))))
          .orderBy(asc(uuid))
          .limit(rows);
        return readersOf(page, counted, request);
      }),

    set: (conversation, user, { mutedUntil, pinned, archived }) =>
      use(async ({ db }) => {
        const columns = settingsColumns(conversationMember);
        const own = and(eq(conversationId, conversation), eq(uuid, user));
        await db
          .update(conversationMember)
          .set({
            mutedUntil: mutedUntil ?? sql`${columns.mutedUntil}`,
            pinned: pinned === undefined ? sql`${columns.pinned}` : Number(pinned),
            archived: archived === undefined ? sql`${columns.archived}` : Number(archived),
            ...NOT_MOVED,
          })
          .where(own);
        const [row] = await db.select(columns).from(conversationMember).where(own);
        return row && settingsOf(row);
      }),
  };
}
