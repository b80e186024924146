/**
 * @module client/changes
 * Messages that change others: what one says, and what becomes of the message that it is about. Pure.
 *
 * A change is a message of its conversation like every other, so it comes once and in order; history shows messages as
 * they are by then. `asOf` of a message tells the two apart: a change up to there is in it already.
 */
import type { ChatMessage, Reaction } from "./events.ts";
import type { Content } from "./outgoing.ts";

/** The seq of the message that a change is about; undefined for what changes nothing, or makes no sense. */
export function changedSeq({ kind, data }: Pick<ChatMessage, "kind" | "data">): number | undefined {
  if (kind !== "edit" && kind !== "recall" && kind !== "reaction") return undefined;
  const of = fieldsOf(data).of;
  return typeof of === "number" ? of : undefined;
}

/** A message that changes another. */
export type Change = Content & { readonly kind: string };

/** What an edit says: another text for one of one's own messages. */
export const edit = (of: number, content: string): Change => ({ kind: "edit", content, data: { of } });

/** Takes a message back, for good. */
export const recall = (of: number): Change => ({ kind: "recall", content: "", data: { of } });

/** Gives a reaction to a message, or takes it away. */
export const reaction = (of: number, emoji: string, on: boolean): Change => ({
  kind: "reaction",
  content: "",
  data: { of, emoji, on },
});

/** A message as it is after a change of it; the same when the change is in it, or is none of it. */
export function changedBy(message: ChatMessage, change: ChatMessage): ChatMessage {
  if (changedSeq(change) !== message.seq || change.seq <= message.asOf) return message;
  return { ...applied(message, change), asOf: change.seq };
}

/** What a change makes of a message, whatever is in it already. A recalled one stays as it is. */
export function applied(
  message: ChatMessage,
  { kind, content, data, mine, seq }: Pick<ChatMessage, "kind" | "content" | "data" | "mine" | "seq">,
): ChatMessage {
  if (message.recalled) return message;
  if (kind === "edit") return { ...message, content, editedSeq: seq };
  if (kind === "recall") return blank(message);
  const { emoji, on } = fieldsOf(data);
  if (typeof emoji !== "string" || typeof on !== "boolean") return message;
  return { ...message, reactions: reacted(message.reactions ?? [], { emoji, on, mine }) };
}

/** Of what is recalled nothing is left, not even that it was edited; a page of history has it so, too. */
function blank({ editedSeq: _edited, data: _data, ...message }: ChatMessage): ChatMessage {
  return { ...message, content: "", recalled: true, reactions: [] };
}

function reacted(
  reactions: readonly Reaction[],
  { emoji, on, mine }: { readonly emoji: string; readonly on: boolean; readonly mine: boolean },
): Reaction[] {
  const known = reactions.find((one) => one.emoji === emoji) ?? { emoji, count: 0, mine: false };
  // One's own reaction is there or not; another's that is given twice is one entry of the log, which the server refuses.
  if (mine && known.mine === on) return [...reactions];
  const next = { emoji, count: known.count + (on ? 1 : -1), mine: mine ? on : known.mine };
  if (!reactions.some((one) => one.emoji === emoji)) return on ? [...reactions, next] : [...reactions];
  return reactions.flatMap((one) => (one.emoji !== emoji ? [one] : next.count > 0 ? [next] : []));
}

function fieldsOf(data: unknown): Readonly<Record<string, unknown>> {
  return typeof data === "object" && data !== null ? { ...data } : {};
}
