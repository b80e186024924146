/**
 * @module store/group-rows
 * Groups and their members from rows, for both adapters.
 */
import type { Group, GroupMember, MemberStanding, Page, Role } from "../domain/entities.ts";
import { type ConversationId, type UserId, userId } from "../domain/ids.ts";
import { pageOf } from "./paging.ts";
import { type ProfileRow, profileOf } from "./rows.ts";
import type { PageRequest, Reader, Receipts } from "./store.ts";

export interface GroupRow {
  readonly conversation: ConversationId;
  readonly name: string | null;
  readonly avatar: string | null;
  readonly description: string | null;
  readonly version: number;
  readonly members: number;
  readonly creator: UserId | null;
  readonly createdAt: number | null;
}

export function groupOf({ name, avatar, description, creator, createdAt, ...row }: GroupRow): Group {
  return {
    ...row,
    ...{ name: name ?? "", avatar: avatar ?? "", description: description ?? "" },
    ...{ creator: creator ?? userId(0), createdAt: createdAt ?? 0 },
  };
}

export interface GroupMemberRow {
  readonly profile: ProfileRow;
  /** Not null: only of those who are members. */
  readonly role: Role | null;
  /** Null where the message that added them is gone. */
  readonly since: number | null;
}

export function groupMembersOf(rows: readonly GroupMemberRow[], request: PageRequest): Page<GroupMember> {
  return pageOf(
    rows,
    request,
    ({ profile }) => profile.id,
    ({ profile, role, since }) => ({
      profile: profileOf(profile),
      ...{ role: role ?? "member", since: since ?? 0 },
    }),
  );
}

export interface StandingRow extends Omit<MemberStanding, "role" | "leftSeq"> {
  readonly role: Role | null;
  readonly leftSeq: number | null;
}

export function memberStandingOf({ role, joinedSeq, visibleFrom, leftSeq }: StandingRow): MemberStanding {
  return { role: role ?? undefined, joinedSeq, visibleFrom, ...(leftSeq !== null && { leftSeq }) };
}

export interface ReaderRow {
  readonly user: UserId;
  /** Null when the account is gone. */
  readonly username: string | null;
  /** As the driver has booleans. */
  readonly delivered: number;
  readonly read: number;
}

/** @param counted sums, null where there is nothing to add up. */
export function readersOf(
  rows: readonly ReaderRow[],
  counted: { readonly members: number; readonly delivered: unknown; readonly read: unknown } | undefined,
  request: PageRequest,
): Page<Reader> & Receipts {
  const page = pageOf(
    rows,
    request,
    ({ user }) => user,
    ({ user, username, delivered, read }) => ({
      ...{ user, username: username ?? "", delivered: Boolean(delivered), read: Boolean(read) },
    }),
  );
  const { members = 0, delivered, read } = counted ?? {};
  return { ...page, members, delivered: Number(delivered ?? 0), read: Number(read ?? 0) };
}
