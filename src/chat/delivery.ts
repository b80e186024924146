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
import { Stint } from "../lib/stint.ts";
import type { MessageStore } from "../store/store.ts";
import type { Marks } from "./bodies.ts";
import type { Outbox } from "./outbox.ts";
import { takeOneFrame } from "./texts-frame.ts";
import { turnOf } from "./turns.ts";

interface Position {
  /** The other member of a direct conversation. */
  readonly peer: UserId | undefined;
  /** Everything up to here was sent (or, at login, is the client's own to fetch). */
  seq: number;
  /** What is known to exist; beyond `seq` there is something to fetch. */
  target: number;
  fetching: boolean;
  /** The session's user left the group: what follows is not theirs, until they are added again. */
  closed: boolean;
  /** Of the other member, and of the session's own user, as the session was told: what is stored. */
  peerMarks: Marks | undefined;
  ownMarks: Marks | undefined;
  /** What the session itself said it has; it may get lost on its way to the store. */
  acknowledged: Marks | undefined;
}

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

/** A push that overtook another on a different path is given this long before the store is asked. Milliseconds. */
const GAP_GRACE_MS = 20;
const RETRY_MS = 1_000;
/**
 * There is more, and the store does not have it: the connection leads to a server that is the primary no more. It is
 * asked again, for as long as that may last, on whatever connection comes then.
 */
const EMPTY_RETRY_MS = 250;
const MAX_EMPTY = 40;
const PAGE = 200;
/**
 * A conversation that the session was not told of at its login was made since, or is one of those whose heads its
 * client has yet to ask for: it is sent what was said since then. Clocks of other nodes may be late by so much.
 */
const SINCE_MARGIN_MS = 600_000;

export class Delivery {
  readonly #options: DeliveryOptions;
  #positions: Map<ConversationId, Position> | undefined;
  /** Client ids of texts that this very session has under way: they come back to it as acks, not as texts. */
  #own: Set<string> | undefined;
  /** The same, settled while a gap before them was still open: the store will hand them out once more. */
  #ownInGap: Set<string> | undefined;
  /** The last of the pages that are read, or wait to be. */
  #lastPage: Promise<boolean> | undefined;
  /** Of a backlog that lies in thousands of conversations. */
  readonly #stint = new Stint();
  /** Whether a conversation that the session was not told of was made since it began. */
  #knowsAll = false;

  constructor(options: DeliveryOptions) {
    this.#options = options;
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
    const position = this.#positions?.get(conversation) ?? this.#add(conversation, peer, seq);
    if (seq > position.seq) position.seq = seq;
    if (told === undefined) return;
    position.peerMarks = further(position.peerMarks, told.peer);
    position.ownMarks = further(position.ownMarks, told.own);
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
    return this.#news("peerMarks", conversation, marks);
  }

  /**
   * As `receipt`, for the session's own user: another session got on. What this one said by itself it need not be told,
   * and is not told before it is stored.
   */
  cursor(conversation: ConversationId, marks: Marks): Marks | undefined {
    const news = this.#news("ownMarks", conversation, marks);
    const said = this.#positions?.get(conversation)?.acknowledged;
    return said !== undefined && further(said, marks) === said ? undefined : news;
  }

  /** The session itself got on. */
  acknowledged(conversation: ConversationId, { deliveredSeq, readSeq }: Marks): void {
    const position = this.#positions?.get(conversation);
    if (position === undefined) return;
    const { target } = position;
    const marks = { deliveredSeq: Math.min(deliveredSeq, target), readSeq: Math.min(readSeq, target) };
    position.acknowledged = further(position.acknowledged, marks);
  }

  #news(whose: "peerMarks" | "ownMarks", conversation: ConversationId, told: Marks): Marks | undefined {
    const position = this.#positions?.get(conversation);
    if (position === undefined) return told;
    const before = position[whose];
    const after = further(before, told);
    position[whose] = after;
    return after === before ? undefined : after;
  }

  /** This session submits texts: they are not to be pushed to it. */
  sending(clientIds: readonly string[]): void {
    this.#own ??= new Set();
    for (const id of clientIds) this.#own.add(id);
  }

  /** The submission is settled: its texts are behind this session's position, or were not stored. */
  sent(clientIds: readonly string[]): void {
    if (this.#own === undefined) return;
    for (const id of clientIds) this.#own.delete(id);
    if (this.#own.size === 0) this.#own = undefined;
  }

  /** The session's user is no member of that group any more. */
  close(conversation: ConversationId): void {
    const position = this.#positions?.get(conversation);
    if (position !== undefined) position.closed = true;
  }

  /** New texts of one conversation, ascending without a gap; `mine` when this session sent them. */
  push(peer: UserId | undefined, messages: readonly Message[], mine: boolean): void {
    const [first] = messages;
    if (first === undefined) return;
    const last = messages.at(-1)?.seq ?? 0;
    const position = this.#positions?.get(first.conversation);
    if (position?.closed && !this.#reopens(position, messages)) return;
    if (position !== undefined && first.seq <= position.seq + 1 && !position.fetching) {
      const from = position.seq;
      this.#continue(first.conversation, position, mine ? [] : messages, last);
      this.#heed(position, messages, from);
      return;
    }
    if (mine) this.#rememberOwn(messages);
    if (position === undefined) {
      // An old one told again, of a conversation whose head the client has yet to ask for.
      if (messages.every((message) => this.#isOld(message))) return;
      void this.#locate(first.conversation, peer, first.seq, last);
    } else if (last > position.target) {
      position.target = last;
      if (!position.fetching) this.#fetchSoon(first.conversation, position);
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
    const position = this.#positions?.get(conversation);
    if (position?.closed && lastSeq > position.seq) void this.#comeBack(conversation, position);
    if (position?.closed) return;
    if (position === undefined) {
      void this.#locate(conversation, peer, lastSeq + 1, lastSeq);
      return;
    }
    position.target = Math.max(position.target, lastSeq);
    if (position.seq < position.target && !position.fetching) void this.#fetch(conversation, position);
  }

  /** Whether a message was there before the session began. */
  #isOld({ at }: Message): boolean {
    return !this.#knowsAll && at < this.#options.since - SINCE_MARGIN_MS;
  }

  #rememberOwn(messages: readonly Message[]): void {
    this.#ownInGap ??= new Set();
    for (const message of messages) this.#ownInGap.add(message.clientId);
  }

  #isLeftOut(message: Message): boolean {
    return this.#isOwn(message) || this.#options.shows?.(message) === false;
  }

  #isOwn(message: Message): boolean {
    if (message.sender !== this.#options.user) return false;
    return (
      !this.#options.ownTexts ||
      this.#own?.has(message.clientId) === true ||
      this.#ownInGap?.has(message.clientId) === true
    );
  }

  #add(conversation: ConversationId, peer: UserId | undefined, seq: number): Position {
    const marks = { peerMarks: undefined, ownMarks: undefined, acknowledged: undefined };
    const position: Position = { peer, seq, target: seq, fetching: false, closed: false, ...marks };
    this.#positions ??= new Map();
    this.#positions.set(conversation, position);
    return position;
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
   * Something of a conversation that this session knows nothing of. One that was made since is sent from its beginning. Else it starts with what was said since the session
   * began, a page at most before what is at hand: whether another device has got that says nothing about this one.
   * @param first the seq of what is at hand. @param target what is known to exist.
   */
  async #locate(
    conversation: ConversationId,
    peer: UserId | undefined,
    first: number,
    target: number,
  ): Promise<void> {
    const { user, messages, isOpen, logger } = this.#options;
    const position = this.#add(conversation, peer, 0);
    position.target = target;
    position.fetching = true;
    while (isOpen() && !this.#knowsAll) {
      try {
        const before = await messages.history(conversation, user, { before: first, limit: PAGE });
        const fresh = before?.messages.find((message) => !this.#isOld(message));
        const last = before?.messages.at(-1);
        // Of a group nothing but what is visible proves that what is at hand is.
        const start = peer === undefined ? (last?.seq ?? 0) + 1 : first;
        // Its head may have been asked for meanwhile.
        position.seq = Math.max(position.seq, (fresh?.seq ?? start) - 1);
        if (last?.seq === position.seq) this.#heed(position, [last], position.seq);
        break;
      } catch (error) {
        logger.log("warn", "delivery.retry", { user, peer, error });
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
    position.fetching = false;
    if (position.seq < position.target) await this.#fetch(conversation, position);
  }

  /** The user may have been added to the group again: if so the store has something for them. */
  async #comeBack(conversation: ConversationId, position: Position): Promise<void> {
    const { user, messages, logger } = this.#options;
    try {
      const page = await messages.history(conversation, user, { after: position.seq, limit: PAGE });
      const last = page?.messages.at(-1)?.seq ?? 0;
      if (last <= position.seq) return;
      position.closed = false;
      this.catchUp(conversation, position.peer, last);
    } catch (error) {
      logger.log("warn", "delivery.retry", { user, conversation, error });
    }
  }

  #fetchSoon(conversation: ConversationId, position: Position): void {
    setTimeout(() => {
      if (position.seq < position.target && !position.fetching) void this.#fetch(conversation, position);
    }, GAP_GRACE_MS);
  }

  async #fetch(conversation: ConversationId, position: Position): Promise<void> {
    const { user, isOpen, logger } = this.#options;
    let empty = 0;
    position.fetching = true;
    while (isOpen() && position.seq < position.target) {
      try {
        const page = () => this.#fetchPage(conversation, position);
        this.#lastPage = this.#lastPage?.then(page, page) ?? page();
        if (await this.#lastPage) empty = 0;
        else if (++empty > MAX_EMPTY) break;
        else await new Promise((resolve) => setTimeout(resolve, EMPTY_RETRY_MS));
      } catch (error) {
        logger.log("warn", "delivery.retry", { user, conversation, error });
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
    position.fetching = false;
    if (this.#ownInGap !== undefined && !this.#isBehind()) this.#ownInGap = undefined;
  }

  #isBehind(): boolean {
    for (const { fetching, seq, target } of this.#positions?.values() ?? [])
      if (fetching || seq < target) return true;
    return false;
  }

  /**
   * Sends one page of a conversation, a frame's worth at a time, each when there is room for it: however much
   * was stored in however many conversations, it never fills the session's queue. Pages of a session are
   * therefore read one after the other. @returns whether there was anything to send
   */
  async #fetchPage(conversation: ConversationId, position: Position): Promise<boolean> {
    const { user, messages, outbox, isOpen } = this.#options;
    const { peer } = position;
    await this.#stint.rest();
    const page = await messages.history(conversation, user, { after: position.seq, limit: PAGE });
    let rest: readonly Message[] = page?.messages ?? [];
    const some = rest.length > 0;
    while (rest.length > 0) {
      await outbox.room();
      if (!isOpen()) return false;
      const taken = takeOneFrame(rest);
      const through = taken.at(-1)?.seq ?? position.seq;
      this.#emit(conversation, peer, taken, through);
      // Only now: what could not be queued is not behind us.
      const from = position.seq;
      position.seq = through;
      this.#heed(position, taken, from);
      rest = rest.slice(taken.length);
    }
    return some;
  }
}

/** Marks go forward only. @returns `a` itself when `b` adds nothing to it */
function further(a: Marks | undefined, b: Marks): Marks {
  if (a === undefined) return b;
  if (b.deliveredSeq <= a.deliveredSeq && b.readSeq <= a.readSeq) return a;
  return {
    deliveredSeq: Math.max(a.deliveredSeq, b.deliveredSeq),
    readSeq: Math.max(a.readSeq, b.readSeq),
  };
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
