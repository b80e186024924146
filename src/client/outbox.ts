/**
 * @module client/outbox
 * Texts that the server has not acknowledged yet. Each stays until it is committed or refused for good, over
 * any number of connections, and always with the same `msg_id`, by which the server tells a repeat.
 *
 * Order. Every frame begins with the first text of its conversation that is not acknowledged, and a
 * conversation has one frame on its way at a time, made of all that queued since the one before (up to 100
 * texts). So a text that failed for the moment (70, 64) cannot be overtaken by a later one: it is in front of
 * it in the next frame. Throughput comes from the size of the frames; conversations do not wait for each
 * other. What is refused for good (not friends, too large) is rejected, and the next ones go on; a frame of
 * several texts that is refused for one of them is repeated text by text, to find out which.
 *
 * Answers (18) of different conversations come in any order and are told apart by `text_receiver`, or `conversation` in a group. One without
 * either, as for a rate limit, is taken as the answer to every frame on its way: repeating does no harm.
 */
import { Code } from "../wire/codes.ts";
import type { Body, Failure } from "../wire/messages.ts";
import type { Address, Target } from "./addresses.ts";
import { Backoff, type BackoffOptions } from "./backoff.ts";
import { type ChatError, errorOf } from "./errors.ts";
import {
  bytesOf,
  type Entry,
  firstThatFit,
  type OutgoingText,
  problemOf,
  type SendReceipt,
  textOf,
} from "./outgoing.ts";

/** Where the server says that it has put a text. */
type Answered = Partial<Record<"conversation" | "peer", string | undefined>>;

export interface OutboxPorts {
  /** How frames name a conversation. */
  targetOf(address: Address): Target;
  /** Puts one frame of texts on the connection. */
  transmit(target: Target, texts: readonly OutgoingText[]): void;
  /** A text is committed; called in the order of `seq`, before its promise resolves. */
  committed(text: OutgoingText, receipt: SendReceipt, place: Answered): void;
}

export interface OutboxOptions {
  /** Waits between attempts. */
  backoff: BackoffOptions;
  /** A frame that has no answer after so many milliseconds is sent again. */
  answerTimeoutMs: number;
}

/** A conversation's queue. It is kept by how frames name the conversation: the id of a new one is not known yet. */
interface Lane {
  readonly key: string;
  readonly target: Target;
  /** Not acknowledged, in order; a frame on its way holds the first ones. */
  queue: Entry[];
  readonly backoff: Backoff;
  /** Texts of the frame on its way; 0 when none is. */
  sent: number;
  /**
   * The ids of each frame that this connection has carried and that was not answered, in order: so are its answers. A frame
   * that is late was sent again, and has two.
   */
  unanswered: string[][];
  /** So many of the first texts go one by one. */
  single: number;
  /** When the lane sends again by itself: the answer is late, or an error asks for a pause. */
  timer: ReturnType<typeof setTimeout> | undefined;
}

export class Outbox {
  readonly #lanes = new Map<string, Lane>();
  readonly #ports: OutboxPorts;
  readonly #options: OutboxOptions;
  #online = false;
  #ended: ChatError | undefined;

  constructor(ports: OutboxPorts, options: OutboxOptions) {
    this.#ports = ports;
    this.#options = options;
  }

  /** Everything that waits for its acknowledgement, in order per conversation. */
  pending(): OutgoingText[] {
    const waiting = [...this.#lanes.values()].flatMap(({ queue }) => queue);
    return waiting.map(textOf);
  }

  /** Queues a text. @throws ChatError 67, 69 when it cannot be one, or as the server refuses it. */
  add(text: OutgoingText): Promise<SendReceipt> {
    if (this.#ended) return Promise.reject(this.#ended);
    const problem = problemOf(text);
    if (problem) return Promise.reject(problem);
    return new Promise((resolve, reject) => {
      const lane = this.#laneOf(text.to);
      lane.queue.push({ ...text, bytes: bytesOf(text), resolve, reject });
      // Texts of one turn share a frame.
      if (lane.queue.length === 1) queueMicrotask(() => this.#pump(lane));
    });
  }

  /** Logged in: sends what waits. */
  start(): void {
    this.#online = true;
    for (const lane of this.#lanes.values()) this.#pump(lane);
  }

  /** Holds everything back: the connection is gone, or about to go. */
  stop(): void {
    this.#online = false;
    for (const lane of this.#lanes.values()) {
      this.#settled(lane);
      lane.unanswered = [];
      lane.backoff.reset();
    }
  }

  /** For good: what waits is rejected. */
  end(error: ChatError): void {
    this.stop();
    this.#ended = error;
    for (const lane of this.#lanes.values()) for (const entry of lane.queue.splice(0)) entry.reject(error);
    this.#lanes.clear();
  }

  /** The server's 18. */
  answer(body: Partial<Body<"TEXTCHATMSGRESPONSE">> & Failure): void {
    const { text_receiver: peer, conversation } = body;
    const lane = this.#lanes.get(keyOf({ peer, conversation }));
    if (lane) this.#answered(lane, body);
    else if (peer === undefined && conversation === undefined && body.error !== Code.SUCCESS)
      this.#unattributed(errorOf(body));
  }

  /** An error that does not say which frame it is about. */
  #unattributed(error: ChatError): void {
    const sending = [...this.#lanes.values()].filter(({ sent }) => sent > 0);
    for (const lane of sending) {
      const frame = lane.queue.slice(0, lane.sent).map(({ id }) => id);
      if (sending.length === 1) this.#refused(lane, error, frame);
      else this.#retry(lane, error);
    }
  }

  #answered(lane: Lane, body: Partial<Body<"TEXTCHATMSGRESPONSE">> & Failure): void {
    const frame = lane.unanswered.shift() ?? [];
    const acks = new Map((body.acks ?? []).map((ack) => [ack.msg_id, ack]));
    const settled = lane.queue.filter(({ id }) => acks.has(id));
    if (settled.length > 0) {
      lane.queue = lane.queue.filter(({ id }) => !acks.has(id));
      lane.single = Math.max(0, lane.single - settled.length);
      lane.sent = Math.max(0, lane.sent - settled.length);
      lane.backoff.reset();
    }
    for (const entry of settled) {
      const ack = acks.get(entry.id);
      if (!ack) continue;
      const receipt = { id: entry.id, seq: ack.seq, at: ack.at, duplicate: ack.duplicate ?? false };
      this.#ports.committed(textOf(entry), receipt, {
        conversation: body.conversation,
        peer: body.text_receiver,
      });
      entry.resolve(receipt);
    }
    // What it refuses may have been settled by the answer to the same frame, sent once more.
    if (body.error !== Code.SUCCESS && lane.queue.some(({ id }) => frame.includes(id)))
      this.#refused(lane, errorOf(body), frame);
    else if (settled.length > 0) {
      this.#settled(lane);
      this.#pump(lane);
    } else if (lane.queue.length === 0) this.#pump(lane);
  }

  /** @param frame the ids of the texts that the error is about */
  #refused(lane: Lane, error: ChatError, frame: readonly string[]): void {
    if (error.retryable) this.#retry(lane, error);
    else this.#reject(lane, error, frame);
  }

  #reject(lane: Lane, error: ChatError, frame: readonly string[]): void {
    const batch = lane.queue.filter(({ id }) => frame.includes(id));
    this.#settled(lane);
    if (batch.length > 1 && !concernsAll(error)) lane.single = batch.length;
    else {
      lane.queue = lane.queue.filter(({ id }) => !frame.includes(id));
      lane.single = Math.max(0, lane.single - batch.length);
      for (const entry of batch) entry.reject(error);
    }
    this.#pump(lane);
  }

  /** Sends the same again, in a while. */
  #retry(lane: Lane, error: ChatError): void {
    this.#settled(lane);
    if (!this.#online) return;
    const wait = Math.max(error.retryAfterMs ?? 0, lane.backoff.next());
    lane.timer = setTimeout(() => {
      lane.timer = undefined;
      this.#pump(lane);
    }, wait);
  }

  /** The lane has no frame on its way any more. */
  #settled(lane: Lane): void {
    lane.sent = 0;
    clearTimeout(lane.timer);
    lane.timer = undefined;
  }

  #pump(lane: Lane): void {
    if (lane.queue.length === 0) {
      if (lane.unanswered.length === 0 && this.#lanes.get(lane.key) === lane) this.#lanes.delete(lane.key);
      return;
    }
    if (!this.#online || lane.sent > 0 || lane.timer !== undefined) return;
    const batch = lane.single > 0 ? lane.queue.slice(0, 1) : firstThatFit(lane.queue);
    lane.sent = batch.length;
    lane.unanswered.push(batch.map(({ id }) => id));
    lane.timer = setTimeout(() => {
      this.#settled(lane);
      this.#pump(lane);
    }, this.#options.answerTimeoutMs);
    this.#ports.transmit(lane.target, batch);
  }

  #laneOf(address: Address): Lane {
    const target = this.#ports.targetOf(address);
    const key = keyOf(target);
    let lane = this.#lanes.get(key);
    if (!lane) {
      const backoff = new Backoff(this.#options.backoff);
      lane = { key, target, queue: [], backoff, sent: 0, unanswered: [], single: 0, timer: undefined };
      this.#lanes.set(key, lane);
    }
    return lane;
  }
}

const keyOf = ({ peer, conversation }: Answered): string => peer ?? `conversation ${conversation}`;

const CONCERN_ALL: ReadonlySet<number> = new Set([
  Code.NOT_FRIENDS,
  Code.BLOCKED,
  Code.NOT_LOGGED_IN,
  Code.NOT_A_MEMBER,
]);

/** Whether a refusal is about the conversation rather than one text. */
function concernsAll({ code }: ChatError): boolean {
  return CONCERN_ALL.has(code);
}
