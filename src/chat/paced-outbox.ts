/**
 * @module chat/paced-outbox
 * The outbox of the original's desktop client. Two frames that arrive in one read are lost on it or hang it,
 * so there is one frame per write and a gap between writes; texts that queue meanwhile are merged into one
 * 19 per sender. Texts count as delivered when they are written.
 */
import type { Message } from "../domain/entities.ts";
import type { UserId } from "../domain/ids.ts";
import type { Connection } from "../net/connection.ts";
import { encodeFrame } from "../wire/frame.ts";
import { ServiceId, type ServiceName } from "../wire/ids.ts";
import { type Outbox, ROOM_BYTES, takeOneFrame, textsFrame } from "./outbox.ts";

type Item = { readonly kind: "frame"; readonly name: ServiceName; readonly bytes: Uint8Array } | Texts;

interface Texts {
  readonly kind: "texts";
  readonly peer: UserId;
  messages: Message[];
  /** What the session has of the conversation when they are written. */
  through: number;
}

export interface PacedOutboxOptions {
  readonly connection: Connection<unknown>;
  readonly user: UserId;
  /** Least time between two writes, milliseconds. */
  readonly gapMs: number;
  /** Items and bytes that may be queued; beyond them the connection is cut. */
  readonly limits: { readonly frames: number; readonly bytes: number };
  readonly onWritten: (peer: UserId, seq: number) => void;
}

/** Texts queued beyond which a backlog waits. */
const ROOM_TEXTS = 400;

export class PacedOutbox implements Outbox {
  readonly #options: PacedOutboxOptions;
  #items: Item[] = [];
  #bytes = 0;
  #texts = 0;
  /** A write is under way or the gap after it has not passed. */
  #waiting = false;
  #ending = false;
  #roomWaiters: (() => void)[] = [];

  constructor(options: PacedOutboxOptions) {
    this.#options = options;
  }

  send(name: ServiceName, body: object): void {
    const bytes = encodeFrame(ServiceId[name], body);
    this.#bytes += bytes.length;
    this.#push({ kind: "frame", name, bytes });
  }

  sendTexts(peer: UserId, messages: readonly Message[], through: number): void {
    if (messages.length === 0) {
      this.#passed(peer, through);
      return;
    }
    this.#texts += messages.length;
    for (const message of messages) this.#bytes += message.body.length;
    const mergeable = this.#mergeable(peer);
    if (mergeable === undefined) {
      this.#push({ kind: "texts", peer, messages: [...messages], through });
    } else {
      mergeable.messages.push(...messages);
      mergeable.through = through;
    }
    this.#cutWhenOverfull();
  }

  async room(): Promise<void> {
    if (this.#hasRoom()) return;
    await new Promise<void>((resolve) => this.#roomWaiters.push(resolve));
  }

  #hasRoom(): boolean {
    return this.#texts < ROOM_TEXTS && this.#bytes < ROOM_BYTES;
  }

  end(): void {
    this.#ending = true;
    this.#next();
  }

  /** There is nothing to write up to `through`: it is reached with what is queued, or now. */
  #passed(peer: UserId, through: number): void {
    const queued = this.#items.findLast((item): item is Texts => item.kind === "texts" && item.peer === peer);
    if (queued === undefined) this.#options.onWritten(peer, through);
    else queued.through = through;
  }

  /** Queued texts of that sender which nothing but answers to texts follows. */
  #mergeable(peer: UserId): Texts | undefined {
    for (let i = this.#items.length - 1; i >= 0; i--) {
      const item = this.#items[i];
      if (item === undefined) return undefined;
      if (item.kind === "texts" && item.peer === peer) return item;
      if (item.kind === "frame" && item.name !== "TEXTCHATMSGRESPONSE") return undefined;
    }
    return undefined;
  }

  #push(item: Item): void {
    this.#items.push(item);
    this.#cutWhenOverfull();
    this.#next();
  }

  #cutWhenOverfull(): void {
    const { limits, connection } = this.#options;
    if (this.#items.length > limits.frames || this.#bytes > limits.bytes) connection.destroy("overflow");
  }

  #next(): void {
    const { connection } = this.#options;
    if (this.#waiting || !connection.isOpen) return;
    const item = this.#items[0];
    if (item === undefined) {
      if (this.#ending) connection.end("ended");
      return;
    }
    this.#waiting = true;
    if (item.kind === "frame") this.#writeFrame(item.bytes);
    else this.#writeTexts(item);
    this.#wakeRoomWaiters();
    connection.flush();
    connection.whenDrained(() => {
      setTimeout(() => {
        this.#waiting = false;
        this.#next();
      }, this.#options.gapMs);
    });
  }

  #writeFrame(bytes: Uint8Array): void {
    this.#items.shift();
    this.#bytes -= bytes.length;
    this.#options.connection.send(bytes);
  }

  #writeTexts(item: Texts): void {
    const { connection, user, onWritten } = this.#options;
    const taken = takeOneFrame(item.messages);
    const sent = connection.send(textsFrame(user, item.peer, taken, false));
    const whole = taken.length === item.messages.length;
    if (whole) this.#items.shift();
    else item.messages = item.messages.slice(taken.length);
    this.#texts -= taken.length;
    for (const message of taken) this.#bytes -= message.body.length;
    if (sent) onWritten(item.peer, whole ? item.through : (taken.at(-1)?.seq ?? 0));
  }

  #wakeRoomWaiters(): void {
    if (!this.#hasRoom()) return;
    const waiters = this.#roomWaiters;
    this.#roomWaiters = [];
    for (const resolve of waiters) resolve();
  }
}
