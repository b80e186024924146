/**
 * @module domain/kinds
 * What the system itself makes of kinds of messages (wire/kinds has all that clients do). What is not named here is
 * content: it counts as unread, and passes as it is.
 */
import type { Message } from "./entities.ts";

/** A change of a group: only the store makes it. */
export const MEMBERS_KIND = "members";

/** `data` of one: what became of it, users as decimal strings. */
export interface MembersData {
  readonly added?: readonly string[];
  readonly removed?: readonly string[];
  readonly left?: readonly string[];
}

/** What a message changes in a group; undefined for all that do not. Only the store makes them: their data has its shape. */
export function membersOf({ kind, data }: Pick<Message, "kind" | "data">): MembersData | undefined {
  return kind === MEMBERS_KIND ? (data as MembersData) : undefined;
}

/** Kinds that change another message of the same conversation, the one that their `data.of` names. */
export const CHANGE_KINDS = ["edit", "recall", "reaction"] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** Kinds that do not count as unread. */
export const QUIET_KINDS: readonly string[] = [...CHANGE_KINDS, MEMBERS_KIND];

/** Kinds whose text its sender may change. */
export const EDITABLE_KINDS: readonly string[] = ["text", "media"];
