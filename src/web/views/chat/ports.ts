/**
 * @module web/views/chat/ports
 * What the parts of the chat page are given.
 */
import type { Account } from "../../model/account.ts";
import type { Conversation } from "../../model/conversation.ts";
import type { Model } from "../../model/model.ts";
import type { Writing } from "../../model/writing.ts";

export interface ChatPorts {
  readonly account: Account;
  /** What the text that is being written is for. */
  readonly writing: Writing;
  /** A short note on the screen. */
  readonly note: (text: string) => void;
  readonly now: () => number;
}

/** A part of the page that can show the model's present state. */
export interface View {
  readonly element: HTMLElement;
  update(): void;
}

/** The address of a conversation within the page; the browser's back button leads out of it. */
export const conversationHash = ({ peer, id }: Pick<Conversation, "peer" | "id">): string =>
  peer === undefined ? `#/group/${id}` : `#/${peer}`;

/** The conversation that an address within the page names; undefined for the list. */
export function conversationAt(hash: string, { conversations }: Model): Conversation | undefined {
  const [, group, id] = /^#\/(group\/)?(\d+)$/.exec(hash) ?? [];
  if (id === undefined) return undefined;
  return group === undefined ? conversations.with(id) : conversations.at({ conversation: id });
}

/** The address of the list of conversations. */
export const LIST_HASH = "#/";
