/**
 * @module chat/turns
 * Messages that say who is a member of a group from there on.
 */
import type { Message } from "../domain/entities.ts";
import type { UserId } from "../domain/ids.ts";
import { membersOf } from "../domain/kinds.ts";

/** Whether the user becomes a member by a message, or is none any more. */
export function turnOf(message: Message, user: UserId): "in" | "out" | undefined {
  const members = membersOf(message);
  if (members === undefined) return undefined;
  const { added = [], removed = [], left = [] } = members;
  const text = String(user);
  if (added.includes(text)) return "in";
  return removed.includes(text) || left.includes(text) ? "out" : undefined;
}
