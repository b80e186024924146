/**
 * @module store/mysql/grouped
 * A group while it is being changed, in MySQL: how it stands under its lock, and what is written of a plan.
 */
import { and, asc, count, eq, inArray, isNotNull, sql } from "drizzle-orm";
import { type Message, ROLES, type Role } from "../../domain/entities.ts";
import { AppError } from "../../domain/error.ts";
import type { ConversationId, UserId } from "../../domain/ids.ts";
import type { GroupTurn } from "../group-log.ts";
import type { GroupPlan, GroupState } from "../groups.ts";
import { dataText } from "../rows.ts";
import { lockConversations } from "./locked.ts";
import { conversationMember, conversationTable, message } from "./schema.ts";
import type { Session } from "./session.ts";

const { conversationId, uuid, role, joinedSeq, deliveredSeq, readSeq, movedAt } = conversationMember;

/** The database's own clock in milliseconds since 1970; sessions run in UTC. */
export const NOW = sql<number>`cast(unix_timestamp(now(3)) * 1000 as unsigned)`;

/** The database notes the time of every change; of these nobody need be told as of a cursor's move. */
export const NOT_MOVED = { movedAt: sql`${movedAt}` };

/**
 * Locks a group until the transaction ends.
 * @param users whose roles are asked for. @throws AppError NOT_A_MEMBER when it is no group
 */
export async function lockGroup(
  session: Session,
  conversation: ConversationId,
  users: readonly UserId[],
): Promise<GroupState & Pick<GroupTurn, "lastSeq" | "lastAt" | "version">> {
  const { db } = session;
  const locked = (await lockConversations(session, [conversation])).get(conversation);
  const { id, kind, name, avatar, description, members, version } = conversationTable;
  const [group] = await db
    .select({ name, avatar, description, members, version })
    .from(conversationTable)
    .where(and(eq(id, conversation), eq(kind, "group")));
  if (locked === undefined || group === undefined) throw new AppError("NOT_A_MEMBER");
  const rows = await db
    .select({ user: uuid, role })
    .from(conversationMember)
    .where(and(eq(conversationId, conversation), inArray(uuid, [...users]), isNotNull(role)));
  const [counted] = await db
    .select({ owners: count() })
    .from(conversationMember)
    .where(and(eq(conversationId, conversation), eq(role, "owner")));
  return {
    ...{ name: group.name ?? "", avatar: group.avatar ?? "", description: group.description ?? "" },
    ...{ members: group.members, version: group.version, owners: counted?.owners ?? 0 },
    ...{ lastSeq: locked.lastSeq, lastAt: locked.lastAt },
    roles: new Map(rows.flatMap((row) => (row.role === null ? [] : [[row.user, row.role] as const]))),
  };
}

/** Who has been an admin longest, or, where there is none, a member. */
export async function heirOf({ db }: Session, conversation: ConversationId): Promise<UserId | undefined> {
  for (const rank of ["admin", "member"] as const) {
    const [heir] = await db
      .select({ user: uuid })
      .from(conversationMember)
      .where(and(eq(conversationId, conversation), eq(role, rank)))
      .orderBy(asc(joinedSeq), asc(uuid))
      .limit(1);
    if (heir !== undefined) return heir.user;
  }
  return undefined;
}

/** Writes a plan and the message that tells of it. */
export async function storePlan(session: Session, stored: Message, plan: GroupPlan): Promise<void> {
  const { db } = session;
  const { conversation, data, ...row } = stored;
  await db.insert(message).values({ conversationId: conversation, ...row, data: dataText(data) });
  if (plan.added.length > 0) await add(session, stored, plan.added);
  for (const rank of ROLES) await giveRole(session, conversation, rank, plan);
  if (plan.gone.length > 0) await remove(session, stored, plan.gone);
  const { id, members, version } = conversationTable;
  const texts = { name: plan.name, avatar: plan.avatar, description: plan.description };
  await db
    .update(conversationTable)
    .set({
      ...texts,
      lastSeq: stored.seq,
      members: sql`${members} + ${plan.added.length} - ${plan.gone.length}`,
      version: sql`${version} + 1`,
    })
    .where(eq(id, conversation));
}

async function add({ db }: Session, { conversation, seq }: Message, added: readonly UserId[]): Promise<void> {
  const marks = { deliveredSeq: seq - 1, readSeq: seq - 1 };
  const place = { role: "member" as const, joinedSeq: seq, visibleFrom: seq };
  await db
    .insert(conversationMember)
    .values(added.map((user) => ({ conversationId: conversation, uuid: user, ...marks, ...place })))
    .onDuplicateKeyUpdate({
      set: {
        ...place,
        ...{ leftSeq: null, leftAt: null, leftName: null, leftAvatar: null },
        deliveredSeq: sql`greatest(${deliveredSeq}, ${seq - 1})`,
        readSeq: sql`greatest(${readSeq}, ${seq - 1})`,
        ...NOT_MOVED,
      },
    });
}

async function giveRole(
  { db }: Session,
  conversation: ConversationId,
  rank: Role,
  { roles }: GroupPlan,
): Promise<void> {
  const users = roles.filter((given) => given.role === rank).map(({ user }) => user);
  if (users.length === 0) return;
  await db
    .update(conversationMember)
    .set({ role: rank, ...NOT_MOVED })
    .where(and(eq(conversationId, conversation), inArray(uuid, users)));
}

/** They keep what the group was called while they were there. */
async function remove(
  { db }: Session,
  { conversation, seq }: Message,
  gone: readonly UserId[],
): Promise<void> {
  const { id, name, avatar } = conversationTable;
  const [called] = await db.select({ name, avatar }).from(conversationTable).where(eq(id, conversation));
  await db
    .update(conversationMember)
    .set({
      ...{ role: null, leftSeq: seq, leftAt: NOW, leftName: called?.name, leftAvatar: called?.avatar },
      ...NOT_MOVED,
    })
    .where(and(eq(conversationId, conversation), inArray(uuid, [...gone])));
}
