/**
 * @module web/views/chat/items
 * A conversation as the rows of its list: messages, what is on its way, and lines where a day begins or a group changes.
 */
import type { ChatMessage, Reaction } from "../../../client/index.ts";
import { kindSpec } from "../../../wire/kinds.ts";
import type { Conversation, PendingText, Progress } from "../../model/conversation.ts";
import { dayKey } from "../../model/times.ts";

export interface DayItem {
  readonly kind: "day";
  readonly key: string;
  readonly at: number;
}

export interface NoticeItem {
  readonly kind: "notice";
  readonly key: string;
  readonly at: number;
  readonly message: ChatMessage;
}

export interface TextItem {
  readonly kind: "text";
  /** The same before and after the text is committed. */
  readonly key: string;
  readonly id: string;
  readonly content: string;
  readonly at: number;
  readonly mine: boolean;
  /** Of one that is committed: it can be answered and changed. */
  readonly message?: ChatMessage;
  /** The one that it answers; undefined for none, and for one that is not known here. */
  readonly answers?: ChatMessage | undefined;
  readonly reactions: readonly Reaction[];
  /** For one's own: how far it got. In a group, that it is sent. */
  readonly progress?: Progress | "waiting" | "refused";
  /** Why it was refused. */
  readonly problem?: string;
  /** The first of several of one sender. */
  readonly leads: boolean;
  /** Whose it is, to be shown above it in a group. */
  readonly sender?: string;
}

export type Item = DayItem | NoticeItem | TextItem;
type Text = Omit<TextItem, "leads" | "kind">;

/** Texts of one sender that are closer together in time form a group, milliseconds. */
const GROUP_MS = 5 * 60_000;

export function itemsOf(conversation: Conversation): Item[] {
  const items: Item[] = [];
  let before: TextItem | undefined;
  let day = "";
  const begin = (key: string, at: number): boolean => {
    if (dayKey(at) === day) return false;
    day = dayKey(at);
    items.push({ kind: "day", key: `day ${day} ${key}`, at });
    return true;
  };
  const add = (text: Text) => {
    const isApart =
      before?.mine !== text.mine || before.sender !== text.sender || text.at - before.at > GROUP_MS;
    const leads = begin(text.key, text.at) || isApart;
    before = { kind: "text", leads, ...text };
    items.push(before);
  };
  for (const message of conversation.messages) {
    if (message.kind !== "members") add(committed(conversation, message));
    else {
      const key = `notice ${message.seq}`;
      begin(key, message.at);
      items.push({ kind: "notice", key, at: message.at, message });
      before = undefined;
    }
  }
  for (const text of conversation.pending) add(underway(conversation, text));
  return items;
}

function committed(conversation: Conversation, message: ChatMessage): Text {
  const { id, kind, data, at, mine, sender, replyTo, reactions = [] } = message;
  const shown = kindSpec(kind).fallback({ body: message.content, data }) ?? "";
  return {
    key: mine ? `mine ${id}` : `${sender} ${id}`,
    ...{ id, at, mine, message, reactions },
    content: message.recalled ? "This message was taken back." : shown,
    answers: answered(conversation, replyTo),
    ...(mine && { progress: conversation.progressOf(message) }),
    ...(!mine && conversation.peer === undefined && { sender }),
  };
}

function underway(conversation: Conversation, { id, content, at, problem, replyTo }: PendingText): Text {
  const answers = answered(conversation, replyTo);
  const base = { key: `mine ${id}`, id, content, at, mine: true, reactions: [], answers };
  return problem === undefined ? { ...base, progress: "waiting" } : { ...base, progress: "refused", problem };
}

const answered = (conversation: Conversation, seq: number | undefined): ChatMessage | undefined =>
  seq === undefined ? undefined : conversation.log.at(seq);
