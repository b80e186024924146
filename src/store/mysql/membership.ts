/**
 * @module store/mysql/membership
 * Changing groups in MySQL. Such a transaction locks the accounts of who is to be added and of who adds them, lower
 * ids first, so that friendship, blocks and how many groups they are in hold still; then the conversation, as `append`
 * does.
 */
import { and, count, eq, gt, inArray, isNotNull, min, or } from "drizzle-orm";
import type { Message } from "../../domain/entities.ts";
import { conversationId as idOf, type UserId } from "../../domain/ids.ts";
import {
  type Created,
  type GroupTurn,
  groupOutcome,
  HOUR_MS,
  membersMessage,
  repeatedChange,
  requireFewCreated,
} from "../group-log.ts";
import {
  type Acquaintance,
  type GroupPlan,
  isLastOwner,
  NOBODY,
  planChange,
  planCreation,
  planLeaving,
  wantedOf,
} from "../groups.ts";
import { messageColumns, messageOf } from "../rows.ts";
import type { ConversationStore, GroupOutcome } from "../store.ts";
import { heirOf, lockGroup, storePlan } from "./grouped.ts";
import type { Pool } from "./pool.ts";
import { lockAccounts } from "./relations.ts";
import { authFriend, block, conversationMember, conversationTable, message } from "./schema.ts";
import type { Session } from "./session.ts";

type MembershipStore = Pick<ConversationStore, "createGroup" | "change" | "leave">;

export function membershipStore({ transaction }: Pool): MembershipStore {
  return {
    createGroup: ({ creator, clientId, members, ...texts }, at, limits) =>
      transaction(async (session) => {
        const { add } = wantedOf({ add: members });
        await lockAccounts(session, [creator, ...add]);
        const repeated = await creationOf(session, creator, clientId);
        if (repeated !== undefined) return repeated;
        requireFewCreated(await createdSince(session, creator, at - HOUR_MS), at, limits.createdPerHour);
        const known = await acquaintance(session, creator, [creator, ...add]);
        const plan = planCreation(creator, texts, add, known, limits);
        const [{ insertId }] = await session.db
          .insert(conversationTable)
          .values({ kind: "group", creator, createdAt: at });
        const start = { conversation: idOf(insertId), lastSeq: 0, lastAt: 0, version: 0 };
        return conclude(session, { ...start, actor: creator, clientId, at }, plan);
      }),

    change: ({ conversation, actor, clientId, ...change }, at, limits) =>
      transaction(async (session) => {
        const wanted = wantedOf(change);
        if (wanted.add.length > 0) await lockAccounts(session, [actor, ...wanted.add]);
        const group = await lockGroup(session, conversation, [actor, ...wanted.named]);
        const turn = { conversation, actor, clientId, at, ...group };
        const repeated = await repeatOf(session, turn);
        if (repeated !== undefined) return repeated;
        const known = wanted.add.length > 0 ? await acquaintance(session, actor, wanted.add) : NOBODY;
        return conclude(session, turn, planChange(group, { ...change, actor }, wanted, known, limits));
      }),

    leave: (conversation, user, clientId, at) =>
      transaction(async (session) => {
        const group = await lockGroup(session, conversation, [user]);
        const turn = { conversation, actor: user, clientId, at, ...group };
        const repeated = await repeatOf(session, turn);
        if (repeated !== undefined) return repeated;
        const heir = isLastOwner(group, user) ? await heirOf(session, conversation) : undefined;
        return conclude(session, turn, planLeaving(group, user, heir));
      }),
  };
}

async function conclude(session: Session, turn: GroupTurn, plan: GroupPlan): Promise<GroupOutcome> {
  if (plan.data === undefined) return groupOutcome(turn, plan, undefined);
  const stored = membersMessage(turn, plan);
  await storePlan(session, stored, plan);
  return groupOutcome(turn, plan, stored);
}

/** What was stored of a call that is made again. */
async function repeatOf(session: Session, turn: GroupTurn): Promise<GroupOutcome | undefined> {
  const { conversation, actor, clientId, version } = turn;
  const [found] = await sent(session, actor, clientId, eq(message.conversationId, conversation));
  return found && repeatedChange(found, version);
}

/** The creation that the creator made with that client id before. */
async function creationOf(
  session: Session,
  creator: UserId,
  clientId: string,
): Promise<GroupOutcome | undefined> {
  for (const found of await sent(session, creator, clientId, eq(message.seq, 1))) {
    const [group] = await session.db
      .select({ version: conversationTable.version })
      .from(conversationTable)
      .where(and(eq(conversationTable.id, found.conversation), eq(conversationTable.kind, "group")));
    if (group !== undefined) return repeatedChange(found, group.version);
  }
  return undefined;
}

async function sent(
  { db }: Session,
  sender: UserId,
  clientId: string,
  where: ReturnType<typeof eq>,
): Promise<Message[]> {
  const rows = await db
    .select(messageColumns(message))
    .from(message)
    .where(and(eq(message.clientId, clientId.toWellFormed()), eq(message.sender, sender), where));
  return rows.map(messageOf);
}

async function createdSince({ db }: Session, creator: UserId, since: number): Promise<Created> {
  const [row] = await db
    .select({ count: count(), first: min(conversationTable.createdAt) })
    .from(conversationTable)
    .where(and(eq(conversationTable.creator, creator), gt(conversationTable.createdAt, since)));
  return row ?? { count: 0, first: null };
}

/** Needs the accounts' locks. */
async function acquaintance({ db }: Session, actor: UserId, users: readonly UserId[]): Promise<Acquaintance> {
  const others = [...users];
  const friends = await db
    .select({ user: authFriend.friendUuid })
    .from(authFriend)
    .where(and(eq(authFriend.selfUuid, actor), inArray(authFriend.friendUuid, others)));
  const blocks = await db
    .select({ by: block.uuid, blocked: block.blockedUuid })
    .from(block)
    .where(
      or(
        and(eq(block.uuid, actor), inArray(block.blockedUuid, others)),
        and(inArray(block.uuid, others), eq(block.blockedUuid, actor)),
      ),
    );
  const { uuid, role } = conversationMember;
  const groups = await db
    .select({ user: uuid, groups: count() })
    .from(conversationMember)
    .where(and(inArray(uuid, others), isNotNull(role)))
    .groupBy(uuid);
  return {
    friends: new Set(friends.map(({ user }) => user)),
    blocked: new Set(blocks.map(({ by, blocked }) => (by === actor ? blocked : by))),
    groups: new Map(groups.map((row) => [row.user, row.groups])),
  };
}
