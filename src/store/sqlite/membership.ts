/**
 * @module store/sqlite/membership
 * Changing groups in SQLite. The write lock makes changes serial, with each other and with appends.
 */
import { and, count, eq, gt, inArray, isNotNull, min, or } from "drizzle-orm";
import type { Message } from "../../domain/entities.ts";
import type { UserId } from "../../domain/ids.ts";
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
import type { Connection } from "./connection.ts";
import { heirOf, readGroup, storePlan } from "./grouped.ts";
import { authFriend, block, conversationMember, conversationTable, message } from "./schema.ts";

type Db = Connection["db"];
type MembershipStore = Pick<ConversationStore, "createGroup" | "change" | "leave">;

export function membershipStore({ db, write }: Connection): MembershipStore {
  return {
    createGroup: ({ creator, clientId, members, ...texts }, at, limits) =>
      write(() => {
        const { add } = wantedOf({ add: members });
        const repeated = creationOf(db, creator, clientId);
        if (repeated !== undefined) return repeated;
        requireFewCreated(createdSince(db, creator, at - HOUR_MS), at, limits.createdPerHour);
        const known = acquaintance(db, creator, [creator, ...add]);
        const plan = planCreation(creator, texts, add, known, limits);
        const { id } = db
          .insert(conversationTable)
          .values({ kind: "group", creator, createdAt: at })
          .returning({ id: conversationTable.id })
          .get();
        const start = { conversation: id, lastSeq: 0, lastAt: 0, version: 0 };
        return conclude(db, { ...start, actor: creator, clientId, at }, plan);
      }),

    change: ({ conversation, actor, clientId, ...change }, at, limits) =>
      write(() => {
        const wanted = wantedOf(change);
        const group = readGroup(db, conversation, [actor, ...wanted.named]);
        const turn = { conversation, actor, clientId, at, ...group };
        const repeated = repeatOf(db, turn);
        if (repeated !== undefined) return repeated;
        const known = wanted.add.length > 0 ? acquaintance(db, actor, wanted.add) : NOBODY;
        return conclude(db, turn, planChange(group, { ...change, actor }, wanted, known, limits));
      }),

    leave: (conversation, user, clientId, at) =>
      write(() => {
        const group = readGroup(db, conversation, [user]);
        const turn = { conversation, actor: user, clientId, at, ...group };
        const repeated = repeatOf(db, turn);
        if (repeated !== undefined) return repeated;
        const heir = isLastOwner(group, user) ? heirOf(db, conversation) : undefined;
        return conclude(db, turn, planLeaving(group, user, heir));
      }),
  };
}

function conclude(db: Db, turn: GroupTurn, plan: GroupPlan): GroupOutcome {
  if (plan.data === undefined) return groupOutcome(turn, plan, undefined);
  const stored = membersMessage(turn, plan);
  storePlan(db, stored, plan);
  return groupOutcome(turn, plan, stored);
}

/** What was stored of a call that is made again. */
function repeatOf(db: Db, turn: GroupTurn): GroupOutcome | undefined {
  const { conversation, actor, clientId, version } = turn;
  const [found] = sent(db, actor, clientId, eq(message.conversationId, conversation));
  return found && repeatedChange(found, version);
}

/** The creation that the creator made with that client id before. */
function creationOf(db: Db, creator: UserId, clientId: string): GroupOutcome | undefined {
  for (const found of sent(db, creator, clientId, eq(message.seq, 1))) {
    const group = db
      .select({ version: conversationTable.version })
      .from(conversationTable)
      .where(and(eq(conversationTable.id, found.conversation), eq(conversationTable.kind, "group")))
      .get();
    if (group !== undefined) return repeatedChange(found, group.version);
  }
  return undefined;
}

function sent(db: Db, sender: UserId, clientId: string, where: ReturnType<typeof eq>): Message[] {
  const rows = db
    .select(messageColumns(message))
    .from(message)
    .where(and(eq(message.clientId, clientId.toWellFormed()), eq(message.sender, sender), where))
    .all();
  return rows.map(messageOf);
}

function createdSince(db: Db, creator: UserId, since: number): Created {
  const row = db
    .select({ count: count(), first: min(conversationTable.createdAt) })
    .from(conversationTable)
    .where(and(eq(conversationTable.creator, creator), gt(conversationTable.createdAt, since)))
    .get();
  return row ?? { count: 0, first: null };
}

function acquaintance(db: Db, actor: UserId, users: readonly UserId[]): Acquaintance {
  const others = [...users];
  const friends = db
    .select({ user: authFriend.friendUuid })
    .from(authFriend)
    .where(and(eq(authFriend.selfUuid, actor), inArray(authFriend.friendUuid, others)))
    .all();
  const blocks = db
    .select({ by: block.uuid, blocked: block.blockedUuid })
    .from(block)
    .where(
      or(
        and(eq(block.uuid, actor), inArray(block.blockedUuid, others)),
        and(inArray(block.uuid, others), eq(block.blockedUuid, actor)),
      ),
    )
    .all();
  const { uuid, role } = conversationMember;
  const groups = db
    .select({ user: uuid, groups: count() })
    .from(conversationMember)
    .where(and(inArray(uuid, others), isNotNull(role)))
    .groupBy(uuid)
    .all();
  return {
    friends: new Set(friends.map(({ user }) => user)),
    blocked: new Set(blocks.map(({ by, blocked }) => (by === actor ? blocked : by))),
    groups: new Map(groups.map((row) => [row.user, row.groups])),
  };
}
