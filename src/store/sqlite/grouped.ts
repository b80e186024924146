/**
 * @module store/sqlite/grouped
 * A group while it is being changed, in SQLite: how it stands, and what is written of a plan. Called inside a write.
 */
import { and, asc, count, eq, inArray, isNotNull, sql } from "drizzle-orm";
import { type Message, ROLES, type Role } from "../../domain/entities.ts";
import { AppError } from "../../domain/error.ts";
import type { ConversationId, UserId } from "../../domain/ids.ts";
import type { GroupTurn } from "../group-log.ts";
import type { GroupPlan, GroupState } from "../groups.ts";
import { dataText } from "../rows.ts";
import type { Connection } from "./connection.ts";
import { conversationMember, conversationTable, message, NOW } from "./schema.ts";

type Db = Connection["db"];

const { conversationId, uuid, role, joinedSeq, deliveredSeq, readSeq } = conversationMember;
const { id, kind, lastSeq, name, avatar, description, members, version } = conversationTable;

/** @param users whose roles are asked for. @throws AppError NOT_A_MEMBER when it is no group */
export function readGroup(
  db: Db,
  conversation: ConversationId,
  users: readonly UserId[],
): GroupState & Pick<GroupTurn, "lastSeq" | "lastAt" | "version"> {
  const group = db
    .select({ name, avatar, description, members, version, lastSeq, lastAt: message.at })
    .from(conversationTable)
    .leftJoin(message, and(eq(message.conversationId, id), eq(message.seq, lastSeq)))
    .where(and(eq(id, conversation), eq(kind, "group")))
    .get();
  if (group === undefined) throw new AppError("NOT_A_MEMBER");
  const rows = db
    .select({ user: uuid, role })
    .from(conversationMember)
    .where(and(eq(conversationId, conversation), inArray(uuid, [...users]), isNotNull(role)))
    .all();
  const counted = db
    .select({ owners: count() })
    .from(conversationMember)
    .where(and(eq(conversationId, conversation), eq(role, "owner")))
    .get();
  return {
    ...{ name: group.name ?? "", avatar: group.avatar ?? "", description: group.description ?? "" },
    ...{ members: group.members, version: group.version, owners: counted?.owners ?? 0 },
    ...{ lastSeq: group.lastSeq, lastAt: group.lastAt ?? 0 },
    roles: new Map(rows.flatMap((row) => (row.role === null ? [] : [[row.user, row.role] as const]))),
  };
}

/** Who has been an admin longest, or, where there is none, a member. */
export function heirOf(db: Db, conversation: ConversationId): UserId | undefined {
  const oldest = (rank: Role) =>
    db
      .select({ user: uuid })
      .from(conversationMember)
      .where(and(eq(conversationId, conversation), eq(role, rank)))
      .orderBy(asc(joinedSeq), asc(uuid))
      .limit(1)
      .get()?.user;
  return oldest("admin") ?? oldest("member");
}

/** Writes a plan and the message that tells of it. */
export function storePlan(db: Db, stored: Message, plan: GroupPlan): void {
  const { conversation, data, ...row } = stored;
  db.insert(message)
    .values({ conversationId: conversation, ...row, data: dataText(data) })
    .run();
  if (plan.added.length > 0) add(db, stored, plan.added);
  for (const rank of ROLES) giveRole(db, conversation, rank, plan);
  if (plan.gone.length > 0) remove(db, stored, plan.gone);
  const texts = { name: plan.name, avatar: plan.avatar, description: plan.description };
  db.update(conversationTable)
    .set({
      ...texts,
      ...{ lastSeq: stored.seq, grownAt: NOW, version: sql`${version} + 1` },
      members: sql`${members} + ${plan.added.length} - ${plan.gone.length}`,
    })
    .where(eq(id, conversation))
    .run();
}

function add(db: Db, { conversation, seq }: Message, added: readonly UserId[]): void {
  const marks = { deliveredSeq: seq - 1, readSeq: seq - 1 };
  const place = { role: "member" as const, joinedSeq: seq, visibleFrom: seq };
  db.insert(conversationMember)
    .values(added.map((user) => ({ conversationId: conversation, uuid: user, ...marks, ...place })))
    .onConflictDoUpdate({
      target: [conversationId, uuid],
      set: {
        ...place,
        ...{ leftSeq: null, leftAt: null, leftName: null, leftAvatar: null },
        deliveredSeq: sql`max(${deliveredSeq}, ${seq - 1})`,
        readSeq: sql`max(${readSeq}, ${seq - 1})`,
      },
    })
    .run();
}

function giveRole(db: Db, conversation: ConversationId, rank: Role, { roles }: GroupPlan): void {
  const users = roles.filter((given) => given.role === rank).map(({ user }) => user);
  if (users.length === 0) return;
  db.update(conversationMember)
    .set({ role: rank })
    .where(and(eq(conversationId, conversation), inArray(uuid, users)))
    .run();
}

/** They keep what the group was called while they were there. */
function remove(db: Db, { conversation, seq }: Message, gone: readonly UserId[]): void {
  const called = db.select({ name, avatar }).from(conversationTable).where(eq(id, conversation)).get();
  db.update(conversationMember)
    .set({ role: null, leftSeq: seq, leftAt: NOW, leftName: called?.name, leftAvatar: called?.avatar })
    .where(and(eq(conversationId, conversation), inArray(uuid, [...gone])))
    .run();
}
