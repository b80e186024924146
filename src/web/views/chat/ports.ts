/**
 * @module web/views/chat/ports
 * What the parts of the chat page are given.
 */
import type { Account } from "../../model/account.ts";

export interface ChatPorts {
  readonly account: Account;
  /** A short note on the screen. */
  readonly note: (text: string) => void;
  readonly now: () => number;
}

/** A part of the page that can show the model's present state. */
export interface View {
  readonly element: HTMLElement;
  update(): void;
}

/** The address of a direct conversation within the page; the browser's back button leads out of it. */
export const conversationHash = (peer: string): string => `#/${peer}`;
/** The address of the list of friends. */
export const LIST_HASH = "#/";
