/**
 * @module store/groups
 * What a change of a group comes to: the rules that both adapters follow, on what they read under the
 * conversation's lock. They store the plan.
 */
import type { Role } from "../domain/entities.ts";
import { AppError } from "../domain/error.ts";
import type { UserId } from "../domain/ids.ts";
import { MAX_NAMED } from "../wire/sizes.ts";
import type { GroupChange, GroupLimits, Refused, RoleChange } from "./store.ts";

/** What a group is called. */
export type GroupTexts = Pick<GroupChange, "name" | "avatar" | "description">;

/** A group as it stands under its lock. */
export interface GroupState {
  readonly name: string;
  readonly avatar: string;
  readonly description: string;
  readonly members: number;
  /** Roles of those whom the change concerns, its actor among them; who is no member is absent. */
  readonly roles: ReadonlyMap<UserId, Role>;
  readonly owners: number;
}

/** What the actor is to those who are to be added. */
export interface Acquaintance {
  readonly friends: ReadonlySet<UserId>;
  /** Between whom and the actor a block is, either way. */
  readonly blocked: ReadonlySet<UserId>;
  /** How many groups each is in; absent for none. */
  readonly groups: ReadonlyMap<UserId, number>;
}

export const NOBODY: Acquaintance = { friends: new Set(), blocked: new Set(), groups: new Map() };

/** What is to be stored. */
export interface GroupPlan {
  readonly added: readonly UserId[];
  /** Who is no member afterwards, having left or been removed. */
  readonly gone: readonly UserId[];
  /** Of who is added too, where they are to be more than a member. */
  readonly roles: readonly RoleChange[];
  readonly name?: string;
  readonly avatar?: string;
  readonly description?: string;
  /** What the `members` message says; undefined when nothing changes. */
  readonly data: Readonly<Record<string, unknown>> | undefined;
  readonly refused: readonly Refused[];
}

/** What a change asks for, everybody named once. @throws AppError TOO_LARGE, INVALID_FIELD */
export function wantedOf(change: Pick<GroupChange, "add" | "remove" | "roles">) {
  const add = [...new Set(change.add)];
  const remove = [...new Set(change.remove)];
  const roles = new Map((change.roles ?? []).map(({ user, role }) => [user, role]));
  if (add.length + remove.length + roles.size > MAX_NAMED) throw new AppError("TOO_LARGE", { field: "add" });
  if (remove.some((user) => add.includes(user) || roles.has(user)))
    throw new AppError("INVALID_FIELD", { field: "remove" });
  return { add, remove, roles, named: [...new Set([...add, ...remove, ...roles.keys()])] };
}

export type Wanted = ReturnType<typeof wantedOf>;

/** @throws AppError NOT_A_MEMBER, FORBIDDEN, FULL */
export function planChange(
  state: GroupState,
  change: Pick<GroupChange, "actor"> & GroupTexts,
  wanted: Wanted,
  acquaintance: Acquaintance,
  limits: GroupLimits,
): GroupPlan {
  const own = state.roles.get(change.actor);
  if (own === undefined) throw new AppError("NOT_A_MEMBER");
  const texts = changedTexts(state, change);
  const gone = wanted.remove.filter((user) => state.roles.has(user));
  const { added, refused } = admitted(state, wanted, acquaintance, limits);
  const roles: RoleChange[] = [];
  for (const [user, role] of wanted.roles) {
    const now = added.includes(user) ? "member" : state.roles.get(user);
    if (now === undefined) refused.push({ user, code: "NOT_A_MEMBER" });
    else if (now !== role) roles.push({ user, role });
  }

  const asked = wanted.add.length + wanted.remove.length + Object.keys(texts).length > 0;
  if (asked && own === "member") throw new AppError("FORBIDDEN");
  if (gone.some((user) => user === change.actor || !mayRemove(own, state.roles.get(user))))
    throw new AppError("FORBIDDEN", { field: "remove" });
  if (wanted.roles.size > 0 && own !== "owner") throw new AppError("FORBIDDEN", { field: "roles" });
  if (state.members + added.length - gone.length > limits.members && added.length > 0)
    throw new AppError("FULL", { field: "add" });
  if (ownersAfter(state, gone, roles) < 1) throw new AppError("FORBIDDEN", { field: "roles" });
  return planOf({ added, gone, roles, ...texts, refused }, { removed: gone });
}

/** The plan of a new group: its creator and their friends. @throws AppError FULL */
export function planCreation(
  creator: UserId,
  texts: GroupTexts,
  members: readonly UserId[],
  acquaintance: Acquaintance,
  limits: GroupLimits,
): GroupPlan {
  if ((acquaintance.groups.get(creator) ?? 0) >= limits.groupsPerUser) throw new AppError("FULL");
  const wanted = wantedOf({ add: members.filter((user) => user !== creator) });
  const { added, refused } = admitted({ roles: new Map() }, wanted, acquaintance, limits);
  if (added.length + 1 > limits.members) throw new AppError("FULL", { field: "members" });
  const roles: RoleChange[] = [{ user: creator, role: "owner" }];
  return planOf({ added: [creator, ...added], gone: [], roles, ...wellFormed(texts), refused }, {});
}

/** @param heir who becomes an owner, when the last one leaves. @throws AppError NOT_A_MEMBER */
export function planLeaving(state: GroupState, user: UserId, heir: UserId | undefined): GroupPlan {
  if (!state.roles.has(user)) throw new AppError("NOT_A_MEMBER");
  const roles: RoleChange[] = heir === undefined ? [] : [{ user: heir, role: "owner" }];
  return planOf({ added: [], gone: [user], roles, refused: [] }, { left: [user] });
}

/** Whether the user's leaving asks for an heir. */
export const isLastOwner = ({ roles, owners }: GroupState, user: UserId) =>
  roles.get(user) === "owner" && owners === 1;

/** Who of those that are to be added can be. */
function admitted(
  { roles }: Pick<GroupState, "roles">,
  { add }: Wanted,
  { friends, blocked, groups }: Acquaintance,
  { groupsPerUser }: GroupLimits,
): { added: UserId[]; refused: Refused[] } {
  const refused: Refused[] = [];
  const added = add.filter((user) => {
    if (roles.has(user)) return false;
    const code = !friends.has(user)
      ? "NOT_FRIENDS"
      : blocked.has(user)
        ? "BLOCKED"
        : (groups.get(user) ?? 0) >= groupsPerUser
          ? "FULL"
          : undefined;
    if (code !== undefined) refused.push({ user, code });
    return code === undefined;
  });
  return { added, refused };
}

const mayRemove = (own: Role, other: Role | undefined) =>
  own === "owner" || (own === "admin" && other === "member");

function ownersAfter({ owners, roles }: GroupState, gone: readonly UserId[], given: readonly RoleChange[]) {
  const lost = gone.filter((user) => roles.get(user) === "owner").length;
  const demoted = given.filter(({ user }) => roles.get(user) === "owner").length;
  return owners - lost - demoted + given.filter(({ role }) => role === "owner").length;
}

function changedTexts(state: GroupState, change: GroupTexts): GroupTexts {
  const { name, avatar, description } = wellFormed(change);
  return {
    ...(name !== undefined && name !== state.name && { name }),
    ...(avatar !== undefined && avatar !== state.avatar && { avatar }),
    ...(description !== undefined && description !== state.description && { description }),
  };
}

/** Texts as they can be stored: lone surrogates become U+FFFD. */
function wellFormed({ name, avatar, description }: GroupTexts): GroupTexts {
  return {
    ...(name !== undefined && { name: name.toWellFormed() }),
    ...(avatar !== undefined && { avatar: avatar.toWellFormed() }),
    ...(description !== undefined && { description: description.toWellFormed() }),
  };
}

/** @param way how those who are gone went. */
function planOf(
  plan: Omit<GroupPlan, "data">,
  way: { readonly left?: readonly UserId[]; readonly removed?: readonly UserId[] },
): GroupPlan {
  const { added, gone, roles, refused: _, ...texts } = plan;
  const list = (name: string, users: readonly UserId[] = []) =>
    users.length > 0 ? { [name]: users.map(String) } : {};
  const data = {
    ...list("added", added),
    ...list("removed", way.removed),
    ...list("left", way.left),
    ...(roles.length > 0 && { roles: roles.map(({ user, role }) => ({ uuid: String(user), role })) }),
    ...texts,
  };
  return { ...plan, data: Object.keys(data).length > 0 ? data : undefined };
}
