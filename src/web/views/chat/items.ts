/**
 * @module web/views/chat/items
 * A conversation as the rows of its list: messages, what is on its way, and a line where a day begins.
 */
import type { ChatMessage } from "../../../client/index.ts";
import { kindSpec } from "../../../wire/kinds.ts";
import type { Conversation, PendingText, Progress } from "../../model/conversation.ts";
import { dayKey } from "../../model/times.ts";

export interface DayItem {
  readonly kind: "day";
  readonly key: string;
  readonly at: number;
}

export interface TextItem {
  readonly kind: "text";
  /** The same before and after the text is committed. */
  readonly key: string;
  readonly id: string;
  readonly content: string;
  readonly at: number;
  readonly mine: boolean;
  /** For one's own: how far it got. */
  readonly progress?: Progress | "waiting" | "refused";
  /** Why it was refused. */
  readonly problem?: string;
  /** The first of several of one side. */
  readonly leads: boolean;
}

export type Item = DayItem | TextItem;

/** Texts of one side that are closer together in time form a group, milliseconds. */
const GROUP_MS = 5 * 60_000;

export function itemsOf(conversation: Conversation): Item[] {
  const items: Item[] = [];
  let before: TextItem | undefined;
  const add = (text: Omit<TextItem, "leads" | "kind">) => {
    const newDay = before === undefined || dayKey(before.at) !== dayKey(text.at);
    if (newDay) items.push({ kind: "day", key: `day ${dayKey(text.at)} ${text.key}`, at: text.at });
    const leads = newDay || before?.mine !== text.mine || text.at - before.at > GROUP_MS;
    before = { kind: "text", leads, ...text };
    items.push(before);
  };
  for (const message of conversation.messages) add(committed(conversation, message));
  for (const text of conversation.pending) add(underway(text));
  return items;
}

function committed(conversation: Conversation, message: ChatMessage): Omit<TextItem, "leads" | "kind"> {
  const { id, kind, at, mine, sender } = message;
  const content = kindSpec(kind).fallback({ body: message.content });
  const key = mine ? `mine ${id}` : `${sender} ${id}`;
  return { key, id, content, at, mine, ...(mine && { progress: conversation.progressOf(message) }) };
}

function underway({ id, content, at, problem }: PendingText): Omit<TextItem, "leads" | "kind"> {
  const base = { key: `mine ${id}`, id, content, at, mine: true };
  return problem === undefined ? { ...base, progress: "waiting" } : { ...base, progress: "refused", problem };
}
