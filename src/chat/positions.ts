/**
 * @module chat/positions
 * Where a session is in each of its conversations: what it was sent, what is known to exist, and how far both sides got,
 * as it was told.
 */
import type { ConversationId, UserId } from "../domain/ids.ts";
import type { Marks } from "./bodies.ts";

export interface Position {
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

export class Positions {
  /** Made at first use: most sessions have few conversations. */
  #positions: Map<ConversationId, Position> | undefined;

  get(conversation: ConversationId): Position | undefined {
    return this.#positions?.get(conversation);
  }

  add(conversation: ConversationId, peer: UserId | undefined, seq: number): Position {
    const marks = { peerMarks: undefined, ownMarks: undefined, acknowledged: undefined };
    const position: Position = { peer, seq, target: seq, fetching: false, closed: false, ...marks };
    this.#positions ??= new Map();
    this.#positions.set(conversation, position);
    return position;
  }

  /** Whether something is known to exist that the session was not sent. */
  get isBehind(): boolean {
    for (const { fetching, seq, target } of this.#positions?.values() ?? [])
      if (fetching || seq < target) return true;
    return false;
  }

  /** See `Delivery.startAt`. */
  startAt(
    conversation: ConversationId,
    peer: UserId | undefined,
    seq: number,
    told?: { peer: Marks; own: Marks },
  ): void {
    const position = this.get(conversation) ?? this.add(conversation, peer, seq);
    if (seq > position.seq) position.seq = seq;
    if (told === undefined) return;
    position.peerMarks = further(position.peerMarks, told.peer);
    position.ownMarks = further(position.ownMarks, told.own);
  }

  /** See `Delivery.receipt`. */
  receipt(conversation: ConversationId, marks: Marks): Marks | undefined {
    return this.#news("peerMarks", conversation, marks);
  }

  /** See `Delivery.cursor`. */
  cursor(conversation: ConversationId, marks: Marks): Marks | undefined {
    const news = this.#news("ownMarks", conversation, marks);
    const said = this.get(conversation)?.acknowledged;
    return said !== undefined && further(said, marks) === said ? undefined : news;
  }

  /** The session itself got on: no further than it was sent. */
  acknowledged(conversation: ConversationId, { deliveredSeq, readSeq }: Marks): void {
    const position = this.get(conversation);
    if (position === undefined) return;
    const { target } = position;
    const marks = { deliveredSeq: Math.min(deliveredSeq, target), readSeq: Math.min(readSeq, target) };
    position.acknowledged = further(position.acknowledged, marks);
  }

  #news(whose: "peerMarks" | "ownMarks", conversation: ConversationId, told: Marks): Marks | undefined {
    const position = this.get(conversation);
    if (position === undefined) return told;
    const before = position[whose];
    const after = further(before, told);
    position[whose] = after;
    return after === before ? undefined : after;
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
