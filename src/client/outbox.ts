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
 * Answers (18) of different conversations come in any order and are told apart by `text_receiver`. One without
 * it, as for a rate limit, is taken as the answer to every frame on its way: repeating does no harm.
 */
import { Code } from "../wire/codes.ts";
import { MAX_BODY_BYTES } from "../wire/frame.ts";
import type { Body, Failure, TextEntry } from "../wire/messages.ts";
import { isContentTooLarge, MAX_CLIENT_ID, MAX_TEXTS, utf8Length } from "../wire/sizes.ts";
import { Backoff, type BackoffOptions } from "./backoff.ts";
import { ChatError, errorOf } from "./errors.ts";

/** What the server says of a text it has committed. */
export interface SendReceipt {
  readonly id: string;
  readonly seq: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** It was committed before, by an earlier attempt; `seq` and `at` are the first ones. */
  readonly duplicate: boolean;
}

/** A text on its way. */
export interface OutgoingText {
  readonly peer: string;
  readonly id: string;
  readonly content: string;
}

export interface OutboxPorts {
  /** Puts one frame of texts on the connection. */
  transmit(peer: string, texts: TextEntry[]): void;
  /** The account's id, for the frame. */
  self(): string;
  /** A text is committed; called in the order of `seq`, before its promise resolves. */
  committed(text: OutgoingText, receipt: SendReceipt): void;
}

export interface OutboxOptions {
  /** Waits between attempts. */
  backoff: BackoffOptions;
  /** A frame that has no answer after so many milliseconds is sent again. */
  answerTimeoutMs: number;
}

interface Entry extends OutgoingText {
  /** Bytes it takes in a frame, at most. */
  readonly bytes: number;
  resolve(receipt: SendReceipt): void;
  reject(error: ChatError): void;
}

interface Lane {
  readonly peer: string;
  /** Not acknowledged, in order; a frame on its way holds the first ones. */
  queue: Entry[];
  readonly backoff: Backoff;
  /** Texts of the frame on its way; 0 when none is. */
  sent: number;
  /** So many of the first texts go one by one. */
  single: number;
  /** When the lane sends again by itself: the answer is late, or an error asks for a pause. */
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** Room for ids, field names and punctuation of one text, and of the frame around them. */
const ENTRY_OVERHEAD = 240;

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
    return waiting.map(({ peer, id, content }) => ({ peer, id, content }));
  }

  /** Queues a text. @throws ChatError 67, 69 when it cannot be one, or as the server refuses it. */
  add({ peer, id, content }: OutgoingText): Promise<SendReceipt> {
    if (this.#ended) return Promise.reject(this.#ended);
    const problem = problemOf(peer, id, content);
    if (problem) return Promise.reject(problem);
    const bytes = utf8Length(JSON.stringify(content)) + ENTRY_OVERHEAD;
    return new Promise((resolve, reject) => {
      const lane = this.#laneOf(peer);
      lane.queue.push({ peer, id, content, bytes, resolve, reject });
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
    const lane = this.#lanes.get(body.text_receiver ?? "");
    if (lane) this.#answered(lane, body);
    else if (body.text_receiver === undefined && body.error !== Code.SUCCESS)
      this.#unattributed(errorOf(body));
  }

  /** An error that does not say which frame it is about. */
  #unattributed(error: ChatError): void {
    const sending = [...this.#lanes.values()].filter(({ sent }) => sent > 0);
    for (const lane of sending) {
      if (sending.length === 1) this.#refused(lane, error);
      else this.#retry(lane, error);
    }
  }

  #answered(lane: Lane, body: Partial<Body<"TEXTCHATMSGRESPONSE">> & Failure): void {
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
      this.#ports.committed(entry, receipt);
      entry.resolve(receipt);
    }
    if (body.error !== Code.SUCCESS) this.#refused(lane, errorOf(body));
    else if (settled.length > 0) {
      this.#settled(lane);
      this.#pump(lane);
    }
  }

  #refused(lane: Lane, error: ChatError): void {
    if (error.retryable) this.#retry(lane, error);
    else this.#reject(lane, error);
  }

  #reject(lane: Lane, error: ChatError): void {
    const batch = lane.queue.slice(0, lane.sent);
    this.#settled(lane);
    if (batch.length > 1 && !concernsAll(error)) lane.single = batch.length;
    else {
      lane.queue = lane.queue.slice(batch.length);
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
      if (this.#lanes.get(lane.peer) === lane) this.#lanes.delete(lane.peer);
      return;
    }
    if (!this.#online || lane.sent > 0 || lane.timer !== undefined) return;
    const batch = nextBatch(lane);
    lane.sent = batch.length;
    lane.timer = setTimeout(() => {
      this.#settled(lane);
      this.#pump(lane);
    }, this.#options.answerTimeoutMs);
    const self = this.#ports.self();
    this.#ports.transmit(
      lane.peer,
      batch.map(({ peer, id, content }) => ({
        msg_sender: self,
        msg_receiver: peer,
        msg_id: id,
        msg_content: content,
      })),
    );
  }

  #laneOf(peer: string): Lane {
    let lane = this.#lanes.get(peer);
    if (!lane) {
      const backoff = new Backoff(this.#options.backoff);
      lane = { peer, queue: [], backoff, sent: 0, single: 0, timer: undefined };
      this.#lanes.set(peer, lane);
    }
    return lane;
  }
}

/** The first texts of a lane that fit one frame. */
function nextBatch({ queue, single }: Lane): Entry[] {
  if (single > 0) return queue.slice(0, 1);
  let bytes = ENTRY_OVERHEAD;
  let count = 0;
  for (const entry of queue) {
    bytes += entry.bytes;
    if (count > 0 && (bytes > MAX_BODY_BYTES || count === MAX_TEXTS)) break;
    count += 1;
  }
  return queue.slice(0, count);
}

/** What is wrong with a text, told before it is sent. */
function problemOf(peer: string, id: string, content: string): ChatError | undefined {
  if (!/^[1-9][0-9]{0,9}$/.test(peer)) return new ChatError(Code.INVALID_FIELD, { field: "text_receiver" });
  if (id.length < 1 || id.length > MAX_CLIENT_ID)
    return new ChatError(Code.INVALID_FIELD, { field: "msg_id" });
  if (isContentTooLarge(content)) return new ChatError(Code.TOO_LARGE, { field: "msg_content" });
  return undefined;
}

/** Whether a refusal is about the conversation rather than one text. */
function concernsAll({ code }: ChatError): boolean {
  return code === Code.NOT_FRIENDS || code === Code.BLOCKED || code === Code.NOT_LOGGED_IN;
}
