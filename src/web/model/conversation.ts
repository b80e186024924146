/**
 * @module web/model/conversation
 * One conversation as the page shows it: what is known of its messages, what is on its way, how far both sides
 * read. Pure; it is told what happened and asked what to show.
 */
import type { Address, ChatMessage, ConversationHead } from "../../client/index.ts";

/** A text that is not committed yet. */
export interface PendingText {
  readonly id: string;
  readonly content: string;
  /** When it was written here, milliseconds since 1970. */
  readonly at: number;
  /** Why it was refused for good; undefined while it is on its way. */
  readonly problem?: string;
}

/** How far a text of one's own got. */
export type Progress = "sent" | "delivered" | "read";

/** Somebody is taken to have stopped typing after so many milliseconds without a sign. */
export const TYPING_MS = 5_000;

export class Conversation {
  /** The other member of a direct one. */
  readonly peer: string | undefined;
  /** The server's id of it; undefined for a direct one that nothing was heard of yet. */
  id: string | undefined;
  /** Known messages in the order of `seq`: the newest ones, going back as far as was scrolled. */
  readonly messages: ChatMessage[] = [];
  pending: PendingText[] = [];
  /** Earlier messages are being fetched. */
  loading = false;
  /** Who types, and until when it is believed. */
  readonly #typing = new Map<string, number>();
  #lastSeq = 0;
  #readSeq = 0;
  #peerDeliveredSeq = 0;
  #peerReadSeq = 0;

  constructor(peer: string | undefined) {
    this.peer = peer;
  }

  /** How the SDK is told of it. */
  get address(): Address {
    return this.peer ?? { conversation: this.id ?? "" };
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** The other's messages that were not read here or on another device of this account. */
  get unread(): number {
    let own = 0;
    for (let i = this.messages.length - 1; i >= 0; i--) {
      const message = this.messages[i];
      if (message === undefined || message.seq <= this.#readSeq) break;
      if (message.mine) own += 1;
    }
    return Math.max(0, this.#lastSeq - this.#readSeq - own);
  }

  /** The last message, for the list of conversations. */
  get last(): ChatMessage | undefined {
    return this.messages.at(-1);
  }

  /** Whether there is something before what is known. */
  get hasEarlier(): boolean {
    return (this.messages[0]?.seq ?? this.#lastSeq + 1) > 1;
  }

  /** Where the conversation stands, as a login tells. Nothing ever goes back. */
  head(head: ConversationHead): void {
    this.#lastSeq = Math.max(this.#lastSeq, head.lastSeq);
    this.read(head.readSeq);
    this.receipt(head.peerDeliveredSeq, head.peerReadSeq);
  }

  /** Adds messages, in whatever order and however often they come. */
  take(messages: readonly ChatMessage[]): void {
    for (const message of messages) this.#takeOne(message);
  }

  /** Everything up to `seq` was read, here or on another device. */
  read(seq: number): void {
    this.#readSeq = Math.max(this.#readSeq, seq);
  }

  /** How far the other side got. What was read has been delivered. */
  receipt(deliveredSeq: number, readSeq: number): void {
    this.#peerReadSeq = Math.max(this.#peerReadSeq, readSeq);
    this.#peerDeliveredSeq = Math.max(this.#peerDeliveredSeq, deliveredSeq, readSeq);
  }

  /** How far a text of one's own got. */
  progressOf({ seq }: ChatMessage): Progress {
    if (seq <= this.#peerReadSeq) return "read";
    return seq <= this.#peerDeliveredSeq ? "delivered" : "sent";
  }

  /** Somebody typed at `now`. */
  typed(who: string, now: number): void {
    this.#typing.set(who, now + TYPING_MS);
  }

  /** Whether anybody is typing. */
  isTyping(now: number): boolean {
    return [...this.#typing.values()].some((until) => until > now);
  }

  /** Without a connection nobody is known to type. */
  disconnected(): void {
    this.#typing.clear();
  }

  /** A text was refused for good. */
  refuse(id: string, problem: string): void {
    this.pending = this.pending.map((text) => (text.id === id ? { ...text, problem } : text));
  }

  /** A text is not to be sent any more. */
  discard(id: string): void {
    this.pending = this.pending.filter((text) => text.id !== id);
  }

  #takeOne(message: ChatMessage): void {
    const { seq, mine, id, sender } = message;
    this.#lastSeq = Math.max(this.#lastSeq, seq);
    if (mine) this.discard(id);
    else this.#typing.delete(sender);
    const before = this.messages.findLastIndex((known) => known.seq <= seq);
    if (this.messages[before]?.seq !== seq) this.messages.splice(before + 1, 0, message);
  }
}
