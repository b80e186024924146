/**
 * @module store/contract/groups
 * Groups: who is in them, and what changes that. What holds for every method stands in store/store.
 *
 * A change of members, roles or names is a message of kind `members`, stored with what it changes under the
 * conversation's lock: the log decides who was a member at which seq. Who is added sees from that message on; who
 * leaves or is removed sees up to it and nothing later. Added again, they see from there on, and nothing earlier.
 * Its `data` is `{added?, removed?, left?, roles?: [{uuid, role}], name?, avatar?, description?}`, users as decimal
 * strings: what became of it, not what was asked for.
 *
 * Changes are repeated safely: a `clientId` that its actor has stored in the conversation answers with what was
 * stored then (`duplicate`), also when the actor is no member any more.
 */
import type { Group, GroupMember, MemberStanding, Message, Page, Role } from "../../domain/entities.ts";
import type { ConversationId, UserId } from "../../domain/ids.ts";
import type { PageRequest } from "./paging.ts";

export interface GroupLimits {
  /** Members of one group. */
  readonly members: number;
  /** Groups that one user is a member of. */
  readonly groupsPerUser: number;
  /** Groups that one user creates within an hour. */
  readonly createdPerHour: number;
}

export interface RoleChange {
  readonly user: UserId;
  readonly role: Role;
}

export interface NewGroup {
  /** Its owner. */
  readonly creator: UserId;
  /** As a message's: a creation with one that the creator used for another is that other. */
  readonly clientId: string;
  readonly name: string;
  readonly avatar?: string;
  readonly description?: string;
  /** Friends of the creator's, who need not be named. */
  readonly members: readonly UserId[];
}

/** Absent fields stay as they are. Who is named twice counts once; at most MAX_NAMED are named in all lists together. */
export interface GroupChange {
  readonly conversation: ConversationId;
  readonly actor: UserId;
  readonly clientId: string;
  readonly add?: readonly UserId[];
  readonly remove?: readonly UserId[];
  /** Of members, or of who is added by the same call. */
  readonly roles?: readonly RoleChange[];
  readonly name?: string;
  readonly avatar?: string;
  readonly description?: string;
}

/**
 * Why somebody was not added, or given a role: the actor and they are no friends, or there is no such user
 * (NOT_FRIENDS); one of the two blocks the other (BLOCKED); they are in too many groups (FULL); or a role was to be
 * given to who is no member (NOT_A_MEMBER).
 */
export interface Refused {
  readonly user: UserId;
  readonly code: "NOT_FRIENDS" | "BLOCKED" | "FULL" | "NOT_A_MEMBER";
}

export interface GroupOutcome {
  readonly conversation: ConversationId;
  readonly version: number;
  /** What was stored; undefined when there was nothing to change. */
  readonly message: Message | undefined;
  /** Whether `message` was stored by an earlier call; nobody need be told of it. */
  readonly duplicate: boolean;
  /** Empty for a repeated call. */
  readonly refused: readonly Refused[];
}

/** How far a message got. */
export interface Receipts {
  /** Members, beside its sender, who may see it. */
  readonly members: number;
  readonly delivered: number;
  readonly read: number;
}

export interface Reader {
  readonly user: UserId;
  readonly username: string;
  readonly delivered: boolean;
  readonly read: boolean;
}

export interface GroupStore {
  /**
   * Makes a group with its first message (seq 1), which adds all members.
   * @throws AppError FULL: too many members, or the creator is in too many groups; RATE_LIMITED: created too many
   *   within an hour; TOO_LARGE: names more than MAX_NAMED (wire/sizes) at once.
   */
  createGroup(group: NewGroup, at: number, limits: GroupLimits): Promise<GroupOutcome>;
  /**
   * Changes a group, all at once or nothing; who cannot be added is refused alone. Owners and admins add, remove
   * and name; an admin removes members only; an owner gives roles, as long as an owner is left. Nobody removes
   * themself: that is `leave`. Adding who is a member and removing who is none is nothing.
   * @throws AppError NOT_A_MEMBER (also where there is no such group), FORBIDDEN, FULL, TOO_LARGE; INVALID_FIELD for
   *   who is to be added and removed; MESSAGE_ID_CONFLICT for a `clientId` that another kind of message has.
   */
  change(change: GroupChange, at: number, limits: GroupLimits): Promise<GroupOutcome>;
  /**
   * The user leaves. The last owner hands over to the admin who has been a member longest, else to such a member.
   * @throws AppError NOT_A_MEMBER, MESSAGE_ID_CONFLICT
   */
  leave(conversation: ConversationId, user: UserId, clientId: string, at: number): Promise<GroupOutcome>;
  /** The group, for one of its members; undefined for everybody else. */
  info(conversation: ConversationId, reader: UserId): Promise<Group | undefined>;
  /**
   * Who is in it, ascending by id, for one of its members; undefined for everybody else. Who blocks the reader is
   * shown as they were then.
   */
  members(
    conversation: ConversationId,
    reader: UserId,
    page: PageRequest,
  ): Promise<Page<GroupMember> | undefined>;
  /** Where a user stands in a conversation, direct or not; undefined for who never was a member. */
  standing(conversation: ConversationId, user: UserId): Promise<MemberStanding | undefined>;
  /** The same for several users at once; who never was a member is absent. For a node that asks which of its own are. */
  standings(conversation: ConversationId, users: readonly UserId[]): Promise<Map<UserId, MemberStanding>>;
  /** The groups that a user is a member of now, ascending. */
  groupsOf(user: UserId): Promise<ConversationId[]>;
  /**
   * How far the message at a seq got, and by whom, ascending by id; of a direct conversation too, where a block shows
   * what it shows in a head. Whether the asker may see the message is the caller's to ask (`standing`). Counting
   * costs the group's members, once a call.
   */
  readers(
    conversation: ConversationId,
    seq: number,
    page: PageRequest,
  ): Promise<(Page<Reader> & Receipts) | undefined>;
}
