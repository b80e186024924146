/**
 * @module chat/turns
 * Messages that say who is a member of a group from there on.
 */
import type { Message } from "../domain/entities.ts";
import type { UserId } from "../domain/ids.ts";
import { MEMBERS_KIND } from "../domain/kinds.ts";
import type { kinds } from "../wire/kinds.ts";
import type { Infer } from "../wire/schema.ts";

type Members = Infer<(typeof kinds.members)["data"]>;

/** What a message changes in a group; undefined for all that do not. Only the store makes them, so their data has its shape. */
export function membersOf({ kind, data }: Message): Members | undefined {
  return kind === MEMBERS_KIND ? (data as Members) : undefined;
}

/** Whether the user becomes a member by a message, or is none any more. */
export function turnOf(message: Message, user: UserId): "in" | "out" | undefined {
  const members = membersOf(message);
  if (members === undefined) return undefined;
  const { added = [], removed = [], left = [] } = members;
  const text = String(user);
  if (added.includes(text)) return "in";
  return removed.includes(text) || left.includes(text) ? "out" : undefined;
}
