/**
 * @module chat/delivery
 * Hands a session the texts of its conversations: each once, in order, without a gap. It knows per
 * conversation the seq up to which the session has been sent everything; a push that continues there goes
 * out at once, one that leaves a gap has the gap read from the store. So a push may be lost, doubled or late
 * on its way from another node, and the session sees none of it. What other devices of the account have got
 * plays no part: a position belongs to the session.
 *
 * In a group a session may be sent the message at n + 1 only if it was sent the one at n, and that left its user a
 * member; or if that message is the one that adds its user. A push proves no more than that: it may have crossed the user's removal
 * on its way. All else is read from the store with the user's rights, which end where its log says so. So the message that
 * removes somebody is sent before anything behind it, and closes the group for the session, on whichever node it is.
 */
import type { Head, Message } from "../domain/entities.ts";
import type { ConversationId, UserId } from "../domain/ids.ts";
import type { Logger } from "../lib/log.ts";
import type { MessageStore } from "../store/store.ts";
import { Backlog } from "./backlog.ts";
import type { Marks } from "./bodies.ts";
import type { Outbox } from "./outbox.ts";
import { OwnTexts } from "./own-texts.ts";
import { type Position, Positions } from "./positions.ts";
import { turnOf } from "./turns.ts";

export interface DeliveryOptions {
  readonly user: UserId;
  readonly messages: Pick<MessageStore, "history">;
  readonly outbox: Outbox;
  /** Whether the session sees its user's own texts, sent by other sessions (protocol 2). */
  readonly ownTexts: boolean;
  /** When the session began, milliseconds since 1970. */
  readonly since: number;
  /** Whether its client can show a message; what it cannot is passed over. All, unless given. */
  readonly shows?: ((message: Message) => boolean) | undefined;
  readonly isOpen: () => boolean;
  /** Told of groups that the user comes to and leaves, as the session sees it in their logs. */
  readonly turns?: Turns | undefined;
  readonly logger: Logger;
}

export interface Turns {
  joined(conversation: ConversationId): void;
  left(conversation: ConversationId): void;
}

/**
 * A conversation that the session was not told of at its login was made since, or is one of those whose heads its
 * client has yet to ask for: it is sent what was said since then. Clocks of other nodes may be late by so much.
 */
const SINCE_MARGIN_MS = 600_000;

export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #positions = new Positions();
  readonly #own = new OwnTexts();
  readonly #backlog: Backlog;
  /** Whether a conversation that the session was not told of was made since it began. */
  #knowsAll = false;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#backlog = new Backlog({
      ...options,
      take: (conversation, position, messages) => this.#take(conversation, position, messages),
      fetched: () => {
        if (!this.#positions.isBehind) this.#own.gapsClosed();
      },
    });
  }

  /**
   * The session has, or will fetch by itself, everything up to `seq`. Never moves back.
   * @param told how far both sides got, where the session is told so by the same answer.
   */
  startAt(
    conversation: ConversationId,
    peer: UserId | undefined,
    seq: number,
    told?: { peer: Marks; own: Marks },
  ): void {
    this.#positions.startAt(conversation, peer, seq, told);
  }

  /**
   * Every conversation that there was when the session began has its position: whatever comes of another is all new,
   * whatever the clocks of the nodes say.
   */
  knowsAll(): void {
    this.#knowsAll = true;
  }

  /**
   * The other side got that far. Nodes tell by different ways, and tell again when they are not sure.
   * @returns what the session is to be told; undefined when it knows as much already.
   */
  receipt(conversation: ConversationId, marks: Marks): Marks | undefined {
    return this.#positions.receipt(conversation, marks);
  }

  /**
   * As `receipt`, for the session's own user: another session got on. What this one said by itself it need not be told,
   * and is not told before it is stored.
   */
  cursor(conversation: ConversationId, marks: Marks): Marks | undefined {
    return this.#positions.cursor(conversation, marks);
  }

  /** The session itself got on. */
  acknowledged(conversation: ConversationId, marks: Marks): void {
    this.#positions.acknowledged(conversation, marks);
  }

  /** This session submits texts: they are not to be pushed to it. */
  sending(clientIds: readonly string[]): void {
    this.#own.sending(clientIds);
  }

  /** The submission is settled: its texts are behind this session's position, or were not stored. */
  sent(clientIds: readonly string[]): void {
    this.#own.sent(clientIds);
  }

  /** The session's user is no member of that group any more. */
  close(conversation: ConversationId): void {
    const position = this.#positions.get(conversation);
    if (position !== undefined) position.closed = true;
  }

  /** New texts of one conversation, ascending without a gap; `mine` when this session sent them. */
  push(peer: UserId | undefined, messages: readonly Message[], mine: boolean): void {
    const [first] = messages;
    if (first === undefined) return;
    const last = messages.at(-1)?.seq ?? 0;
    const position = this.#positions.get(first.conversation);
    if (position?.closed && !this.#reopens(position, messages)) return;
    if (position !== undefined && first.seq <= position.seq + 1 && !position.fetching) {
      const from = position.seq;
      this.#continue(first.conversation, position, mine ? [] : messages, last);
      this.#heed(position, messages, from);
      return;
    }
    if (mine) this.#own.rememberInGap(messages);
    if (position === undefined) {
      // An old one told again, of a conversation whose head the client has yet to ask for.
      if (messages.every((message) => this.#isOld(message))) return;
      void this.#locate(first.conversation, peer, first.seq, last);
    } else if (last > position.target) {
      position.target = last;
      if (!position.fetching) this.#backlog.fetchSoon(first.conversation, position);
    }
  }

  /** Sends those of the messages that the session has not; with them it has everything up to `last`. */
  #continue(
    conversation: ConversationId,
    position: Position,
    messages: readonly Message[],
    last: number,
  ): void {
    if (last <= position.seq) return;
    const isAllNew = messages[0] === undefined || messages[0].seq > position.seq;
    // The very list, where it can be: whoever is sent the same is sent the same bytes.
    const fresh = isAllNew ? messages : messages.filter(({ seq }) => seq > position.seq);
    this.#emit(conversation, position.peer, fresh, last);
    position.seq = last;
    position.target = Math.max(position.target, last);
  }

  /** Whether the user is a member again by one of the messages: the session goes on with that one. */
  #reopens(position: Position, messages: readonly Message[]): boolean {
    const { user } = this.#options;
    const back = messages.find((message) => message.seq > position.seq && turnOf(message, user) === "in");
    if (back === undefined) return false;
    position.closed = false;
    position.seq = back.seq - 1;
    return true;
  }

  /**
   * Whoever is no member by one of the messages is sent nothing behind it.
   * @param from where the session was: what is before that says nothing new. That the user left may be what it was told last at
   *   the login.
   */
  #heed(position: Position, messages: readonly Message[], from: number): void {
    const { user, turns } = this.#options;
    if (turns === undefined || position.peer !== undefined) return;
    for (const message of messages) {
      const turn = message.seq < from ? undefined : turnOf(message, user);
      if (turn === "in" && message.seq > from) turns.joined(message.conversation);
      if (turn !== "out") continue;
      const isBehind = position.target > position.seq;
      position.closed = true;
      position.target = position.seq;
      turns.left(message.conversation);
      // What is known to follow may be that they were added again.
      if (isBehind) void this.#comeBack(message.conversation, position);
    }
  }

  /** The conversation holds messages up to `lastSeq`; sends what the session lacks of them. */
  catchUp(conversation: ConversationId, peer: UserId | undefined, lastSeq: number): void {
    const position = this.#positions.get(conversation);
    if (position?.closed && lastSeq > position.seq) void this.#comeBack(conversation, position);
    if (position?.closed) return;
    if (position === undefined) {
      void this.#locate(conversation, peer, lastSeq + 1, lastSeq);
      return;
    }
    position.target = Math.max(position.target, lastSeq);
    if (position.seq < position.target && !position.fetching)
      void this.#backlog.fetch(conversation, position);
  }

  /** Whether a message was there before the session began. */
  #isOld({ at }: Message): boolean {
    return !this.#knowsAll && at < this.#options.since - SINCE_MARGIN_MS;
  }

  #isLeftOut(message: Message): boolean {
    return this.#isOwn(message) || this.#options.shows?.(message) === false;
  }

  #isOwn(message: Message): boolean {
    const { user, ownTexts } = this.#options;
    return message.sender === user && (!ownTexts || this.#own.has(message));
  }

  /** Sends what of the messages the session is to see; with them it has everything up to `through`. */
  #emit(
    conversation: ConversationId,
    peer: UserId | undefined,
    messages: readonly Message[],
    through: number,
  ): void {
    const { outbox } = this.#options;
    const visible = messages.some((message) => this.#isLeftOut(message))
      ? messages.filter((message) => !this.#isLeftOut(message))
      : messages;
    if (visible.length === 0) {
      outbox.sendTexts(conversation, peer, [], through);
      return;
    }
    // One 19 has one sender: cut where the sender changes.
    let from = 0;
    for (let i = 1; i <= visible.length; i++) {
      if (i < visible.length && visible[i]?.sender === visible[from]?.sender) continue;
      const isLast = i === visible.length;
      const run = from === 0 && isLast ? visible : visible.slice(from, i);
      outbox.sendTexts(conversation, peer, run, isLast ? through : (run.at(-1)?.seq ?? 0));
      from = i;
    }
  }

  /**
   * Something of a conversation that this session knows nothing of. One that was made since is sent from its beginning. Else
   * it starts with what was said since the session began, a page at most before what is at hand: whether another device has
   * got that says nothing about this one.
   * @param first the seq of what is at hand. @param target what is known to exist.
   */
  async #locate(
    conversation: ConversationId,
    peer: UserId | undefined,
    first: number,
    target: number,
  ): Promise<void> {
    const { isOpen } = this.#options;
    const position = this.#positions.add(conversation, peer, 0);
    position.target = target;
    position.fetching = true;
    for (let found = this.#knowsAll; isOpen() && !found; )
      found =
        (await this.#backlog.patiently(conversation, () => this.#place(conversation, position, first))) ===
        true;
    position.fetching = false;
    if (position.seq < position.target) await this.#backlog.fetch(conversation, position);
  }

  /** Sets a position by what is before `first`. @returns true */
  async #place(conversation: ConversationId, position: Position, first: number): Promise<true> {
    const before = await this.#backlog.page(conversation, { before: first });
    const fresh = before?.messages.find((message) => !this.#isOld(message));
    const last = before?.messages.at(-1);
    // Of a group nothing but what is visible proves that what is at hand is.
    const start = position.peer === undefined ? (last?.seq ?? 0) + 1 : first;
    // Its head may have been asked for meanwhile.
    position.seq = Math.max(position.seq, (fresh?.seq ?? start) - 1);
    if (last?.seq === position.seq) this.#heed(position, [last], position.seq);
    return true;
  }

  /** One frame's worth of what follows the position. */
  #take(conversation: ConversationId, position: Position, messages: readonly Message[]): void {
    const from = position.seq;
    const through = messages.at(-1)?.seq ?? from;
    this.#emit(conversation, position.peer, messages, through);
    // Only now: what could not be queued is not behind us.
    position.seq = through;
    this.#heed(position, messages, from);
  }

  /** The user may have been added to the group again: if so the store has something for them. */
  async #comeBack(conversation: ConversationId, position: Position): Promise<void> {
    const { user, logger } = this.#options;
    try {
      const page = await this.#backlog.page(conversation, { after: position.seq });
      const last = page?.messages.at(-1)?.seq ?? 0;
      if (last <= position.seq) return;
      position.closed = false;
      this.catchUp(conversation, position.peer, last);
    } catch (error) {
      logger.log("warn", "delivery.retry", { user, conversation, error });
    }
  }
}

/** The session is told of a head: its client takes it from there, from `seq` on. */
export function startAtHead(delivery: Delivery, head: Head, seq: number): void {
  const { conversation, peer, deliveredSeq, readSeq, peerDeliveredSeq, peerReadSeq } = head;
  if (head.kind === "group") {
    delivery.startAt(conversation, peer, seq);
    if (head.role === undefined) delivery.close(conversation);
    return;
  }
  delivery.startAt(conversation, peer, seq, {
    peer: { deliveredSeq: peerDeliveredSeq, readSeq: peerReadSeq },
    own: { deliveredSeq, readSeq },
  });
}
