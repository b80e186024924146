/**
 * @module web/model/conversation
 * One conversation as the page shows it: what is known of its messages, what is on its way, how far both sides
 * read. Pure; it is told what happened and asked what to show.
 */
import type {
  Address,
  ChatMessage,
  ConversationHead,
  GroupMember,
  Preview,
  Settings,
} from "../../client/index.ts";
import { kindSpec } from "../../wire/kinds.ts";
import { MessageLog } from "./log.ts";

/** A text that is not committed yet. */
export interface PendingText {
  readonly id: string;
  readonly content: string;
  /** The seq of the message that it answers. */
  readonly replyTo?: number;
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
  /** Of a group: what it is called, and who is in it as far as that was asked for. */
  name = "";
  avatar = "";
  description = "";
  members: ReadonlyMap<string, GroupMember> | undefined;
  /** One is no member any more. */
  isOver = false;
  settings: Settings = { mutedUntil: 0, pinned: false, archived: false };
  /** The newest ones, going back as far as was scrolled. */
  readonly log = new MessageLog();
  pending: PendingText[] = [];
  /** Earlier messages are being fetched. */
  loading = false;
  /** Who types, and until when it is believed. */
  readonly #typing = new Map<string, number>();
  #last: Preview | undefined;
  #unread = 0;
  #lastSeq = 0;
  #visibleFrom = 1;
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

  /** What others said and was not read, here or on another device of this account. */
  get unread(): number {
    const quiet = this.log.shown.filter((message) => message.seq > this.#readSeq && !counts(message)).length;
    return Math.max(0, Math.min(this.#unread, this.#lastSeq - this.#readSeq - quiet));
  }

  /** The end of it, for the list of conversations. */
  get last(): Preview | undefined {
    const message = this.log.shown.at(-1);
    if (message === undefined || message.seq < (this.#last?.seq ?? 0)) return this.#last;
    const { seq, at, sender, kind, content, data } = message;
    return { seq, at, sender, kind, preview: kindSpec(kind).preview({ body: content, data }) };
  }

  get messages(): readonly ChatMessage[] {
    return this.log.shown;
  }

  /** Whether there is something before what is known. */
  get hasEarlier(): boolean {
    return (this.log.firstSeq ?? this.#lastSeq + 1) > this.#visibleFrom;
  }

  /** There is nothing before what is known: a member of a group sees it from where they joined. */
  beginsHere(): void {
    this.#visibleFrom = this.log.firstSeq ?? this.#lastSeq + 1;
  }

  /** Where the conversation stands, as a login tells. Nothing ever goes back. */
  head(head: ConversationHead): void {
    const { name, avatar, settings, unread, last, lastSeq } = head;
    if (name !== undefined) this.name = name;
    if (avatar !== undefined) this.avatar = avatar;
    this.settings = settings;
    if (last !== undefined && last.seq >= (this.#last?.seq ?? 0)) this.#last = last;
    this.#unread =
      unread + this.log.shown.filter((message) => message.seq > lastSeq && counts(message)).length;
    this.#lastSeq = Math.max(this.#lastSeq, lastSeq);
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
    if (this.#readSeq >= this.#lastSeq) this.#unread = 0;
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
    if (seq > this.#lastSeq && counts(message)) this.#unread += 1;
    this.#lastSeq = Math.max(this.#lastSeq, seq);
    if (mine) this.discard(id);
    else this.#typing.delete(sender);
    this.log.take(message);
  }
}

const counts = ({ mine, kind }: ChatMessage): boolean => !mine && kindSpec(kind).countsAsUnread;
