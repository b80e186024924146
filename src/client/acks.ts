/**
 * @module client/acks
 * The cursors that this client owes the server: how far messages arrived, how far they were read. Moves are
 * gathered for a moment and sent as one ACK per conversation. ACK has no answer; one that was lost with its
 * connection is seen in the next heads and sent again.
 */
import type { HeadBody } from "../wire/messages.ts";
import type { CursorMark } from "./events.ts";

interface Marks {
  delivered: number;
  read: number;
  /** What the server knows, or has been sent on this connection. */
  sentDelivered: number;
  sentRead: number;
}

export type SendAck = (ack: { conversation: string; delivered_seq: number; read_seq: number }) => void;

export class Acks {
  readonly #marks = new Map<string, Marks>();
  readonly #dirty = new Set<string>();
  readonly #delayMs: number;
  #send: SendAck | undefined;
  /** Conversations of the last flush, for when the server turns it away. */
  #flushed: string[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param delayMs how long moves are gathered. */
  constructor(delayMs: number) {
    this.#delayMs = delayMs;
  }

  /** From now on cursors are sent; until then they are kept. */
  start(send: SendAck): void {
    this.#send = send;
    this.#schedule();
  }

  /** The connection is gone. */
  stop(): void {
    this.#send = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** What the server knows, as its heads tell. */
  known(head: HeadBody): void {
    const marks = this.#of(head.conversation);
    marks.sentDelivered = head.delivered_seq;
    marks.sentRead = head.read_seq;
    this.#moved(head.conversation, marks);
  }

  /** The server knows as much: another session acknowledged it. */
  acknowledged({ conversation, deliveredSeq, readSeq }: CursorMark): void {
    const marks = this.#of(conversation);
    marks.sentDelivered = Math.max(marks.sentDelivered, deliveredSeq);
    marks.sentRead = Math.max(marks.sentRead, readSeq);
  }

  delivered(conversation: string, seq: number): void {
    const marks = this.#of(conversation);
    marks.delivered = Math.max(marks.delivered, seq);
    this.#moved(conversation, marks);
  }

  /** What was read has been delivered, too. */
  read(conversation: string, seq: number): void {
    const marks = this.#of(conversation);
    marks.read = Math.max(marks.read, seq);
    this.delivered(conversation, seq);
  }

  /** The server was sent too many and did not take the last ones: they are sent again after a while. */
  refused(retryAfterMs: number): void {
    for (const conversation of this.#flushed.splice(0)) {
      const marks = this.#of(conversation);
      marks.sentDelivered = marks.sentRead = 0;
      this.#dirty.add(conversation);
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), retryAfterMs);
  }

  /** Sends what is owed now. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#send || this.#dirty.size === 0) return;
    this.#flushed = [...this.#dirty];
    for (const conversation of this.#dirty) {
      const marks = this.#of(conversation);
      marks.sentDelivered = Math.max(marks.delivered, marks.sentDelivered);
      marks.sentRead = Math.max(marks.read, marks.sentRead);
      this.#send({ conversation, delivered_seq: marks.sentDelivered, read_seq: marks.sentRead });
    }
    this.#dirty.clear();
  }

  #moved(conversation: string, marks: Marks): void {
    if (marks.delivered <= marks.sentDelivered && marks.read <= marks.sentRead) return;
    this.#dirty.add(conversation);
    this.#schedule();
  }

  #schedule(): void {
    if (!this.#send || this.#dirty.size === 0 || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.flush(), this.#delayMs);
  }

  #of(conversation: string): Marks {
    let marks = this.#marks.get(conversation);
    if (!marks) {
      marks = { delivered: 0, read: 0, sentDelivered: 0, sentRead: 0 };
      this.#marks.set(conversation, marks);
    }
    return marks;
  }
}
