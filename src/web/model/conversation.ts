/**
 * @module web/model/conversation
 * One conversation as the page shows it: what is known of its messages, what is on its way, how far both sides
 * read. Pure; it is told what happened and asked what to show.
 */
import type { ChatMessage, ConversationHead } from "../../client/index.ts";

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

export class Conversation {
  readonly peer: string;
  /** Known messages in the order of `seq`: the newest ones, going back as far as was scrolled. */
  readonly messages: ChatMessage[] = [];
  pending: PendingText[] = [];
  /** Earlier messages are being fetched. */
  loading = false;
  #lastSeq = 0;
  #readSeq = 0;
  #peerDeliveredSeq = 0;
  #peerReadSeq = 0;

  constructor(peer: string) {
    this.peer = peer;
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

  /** A text was refused for good. */
  refuse(id: string, problem: string): void {
    this.pending = this.pending.map((text) => (text.id === id ? { ...text, problem } : text));
  }

  /** A text is not to be sent any more. */
  discard(id: string): void {
    this.pending = this.pending.filter((text) => text.id !== id);
  }

  #takeOne(message: ChatMessage): void {
    const { seq, mine, id } = message;
    this.#lastSeq = Math.max(this.#lastSeq, seq);
    if (mine) this.discard(id);
    const before = this.messages.findLastIndex((known) => known.seq <= seq);
    if (this.messages[before]?.seq !== seq) this.messages.splice(before + 1, 0, message);
  }
}
