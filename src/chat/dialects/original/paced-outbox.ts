/**
 * @module chat/dialects/original/paced-outbox
 * The outbox of the original's desktop client. Two frames that arrive in one read are lost on it or hang it, so there is
 * one frame per write, and the next one only when the client must be through with the last (dialects/original/pace); what queues
 * meanwhile is merged (dialects/original/paced-queue).
 */
import type { Message } from "../../../domain/entities.ts";
import type { ConversationId, UserId } from "../../../domain/ids.ts";
import type { Clock, Timer } from "../../../lib/clock.ts";
import type { Connection } from "../../../net/connection.ts";
import { encodeFrame } from "../../../wire/frame.ts";
import { ServiceId, type ServiceName } from "../../../wire/ids.ts";
import { type Outbox, ROOM_BYTES } from "../../outbox.ts";
import { takeOneFrame } from "../../texts-frame.ts";
import { Pace, type PaceSettings } from "./pace.ts";
import { type PacedItem, PacedQueue } from "./paced-queue.ts";
import { originalTexts } from "./texts.ts";

export interface PacedOutboxOptions {
  readonly connection: Connection<unknown>;
  readonly user: UserId;
  readonly pace: PaceSettings;
  /** Items and bytes that may be queued; beyond them the connection is cut. */
  readonly limits: { readonly frames: number; readonly bytes: number };
  /** Told of texts that were handed to the socket. */
  readonly onWritten: (conversation: ConversationId, seq: number) => void;
  readonly clock: Pick<Clock, "monotonic">;
  readonly timer: Timer;
}

/** Texts queued beyond which a backlog waits. */
const ROOM_TEXTS = 400;
/** A session that ends is not kept for what could be written one by one: what is left by then is not written. */
const END_MS = 10_000;

export class PacedOutbox implements Outbox {
  readonly #options: PacedOutboxOptions;
  readonly #pace: Pace;
  readonly #queue = new PacedQueue();
  /** A write is under way. */
  #writing = false;
  /** The timer for the next write runs. */
  #timed = false;
  /** Since when the connection is to be closed. */
  #endingSince: number | undefined;
  #roomWaiters: (() => void)[] = [];

  constructor(options: PacedOutboxOptions) {
    this.#options = options;
    this.#pace = new Pace(options.pace);
  }

  send(name: ServiceName, body: object): void {
    this.#queue.pushFrame(name, encodeFrame(ServiceId[name], body), this.#now());
    this.#pushed();
  }

  sendTexts(
    conversation: ConversationId,
    peer: UserId | undefined,
    messages: readonly Message[],
    through: number,
  ): void {
    // Its client knows no groups.
    if (peer === undefined) return;
    if (messages.length > 0) {
      this.#queue.pushTexts({ conversation, peer, messages, through, since: this.#now() });
      this.#pushed();
    } else if (!this.#queue.pass(conversation, through)) {
      this.#options.onWritten(conversation, through);
    }
  }

  heard(): void {
    this.#pace.heard(this.#now());
  }

  heardTexts(peer: UserId, count: number): void {
    this.#pace.heardTexts(this.#now(), peer, count);
  }

  async room(): Promise<void> {
    if (this.#hasRoom()) return;
    await new Promise<void>((resolve) => this.#roomWaiters.push(resolve));
  }

  end(): void {
    this.#endingSince ??= this.#now();
    this.#options.connection.deadlineAt = this.#endingSince + END_MS;
    this.#next();
  }

  #now(): number {
    return this.#options.clock.monotonic();
  }

  #hasRoom(): boolean {
    return this.#queue.texts < ROOM_TEXTS && this.#queue.bytes < ROOM_BYTES;
  }

  #pushed(): void {
    const { limits, connection } = this.#options;
    if (this.#queue.length > limits.frames || this.#queue.bytes > limits.bytes)
      connection.destroy("overflow");
    this.#next();
  }

  /** Writes the next frame, or closes behind the last, if that is due; else sees to it that it will be looked at then. */
  #next(): void {
    const { connection, pace } = this.#options;
    if (this.#writing || this.#timed || !connection.isOpen) return;
    const now = this.#now();
    const item = this.#queue.next(now - pace.maxGapMs);
    const since = item?.since ?? this.#endingSince;
    if (since === undefined) return;
    // Who has sent its last is not waited for.
    const dueAt = item === undefined && connection.peerEnded ? now : this.#pace.dueAt(since);
    if (dueAt > now) this.#look(dueAt - now);
    else if (item !== undefined) this.#write(item);
    else connection.end("ended");
  }

  #look(afterMs: number): void {
    this.#timed = true;
    this.#options.timer(() => {
      this.#timed = false;
      this.#next();
    }, afterMs);
  }

  #write(item: PacedItem): void {
    const { connection } = this.#options;
    this.#writing = true;
    const left = item.kind === "frame" ? this.#writeFrame(item) : this.#writeTexts(item);
    this.#wakeRoomWaiters();
    connection.flush();
    // The gap counts from when the kernel has all of it.
    connection.whenDrained(() => {
      left();
      this.#writing = false;
      this.#next();
    });
  }

  #writeFrame(item: Extract<PacedItem, { kind: "frame" }>): () => void {
    this.#queue.take(item);
    this.#options.connection.send(item.bytes);
    return () => this.#pace.wrote(this.#now());
  }

  #writeTexts(item: Extract<PacedItem, { kind: "texts" }>): () => void {
    const { connection, user, onWritten } = this.#options;
    const { conversation, peer, messages, through } = item;
    const taken = takeOneFrame(messages.slice(0, this.#pace.maxTexts(peer)));
    const sent = connection.send(originalTexts(user, peer, taken));
    this.#queue.take(item, taken.length);
    if (sent) onWritten(conversation, taken.length === messages.length ? through : (taken.at(-1)?.seq ?? 0));
    return () => this.#pace.wroteTexts(this.#now(), peer, taken.length);
  }

  #wakeRoomWaiters(): void {
    if (!this.#hasRoom()) return;
    const waiters = this.#roomWaiters;
    this.#roomWaiters = [];
    for (const resolve of waiters) resolve();
  }
}
