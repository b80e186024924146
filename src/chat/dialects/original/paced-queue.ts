/**
 * @module chat/dialects/original/paced-queue
 * What waits for the original's desktop client, while one frame goes out every so often: texts are merged by friend, and
 * what matters to a person goes before what does not.
 *
 * - Texts and whatever tells of people keep their order among each other.
 * - The answers to its own texts (18), of which it shows nothing, and call signals wait until nothing else does, or for
 *   so long that it is their turn every other time.
 * - Of call signals only the latest few are kept: a call that is so far behind is over.
 */
import type { Message } from "../../../domain/entities.ts";
import type { ConversationId, UserId } from "../../../domain/ids.ts";
import type { ServiceName } from "../../../wire/ids.ts";
import { MOMENTARY } from "../../spared.ts";
import { ENTRY_OVERHEAD } from "../../texts-frame.ts";

interface Frame {
  readonly kind: "frame";
  readonly since: number;
  readonly name: ServiceName;
  readonly bytes: Uint8Array;
}

interface Texts {
  readonly kind: "texts";
  readonly since: number;
  readonly conversation: ConversationId;
  readonly peer: UserId;
  messages: Message[];
  /** What the session has of the conversation when they are written. */
  through: number;
}

export type PacedItem = Frame | Texts;

const LATER: ReadonlySet<ServiceName> = new Set<ServiceName>(["TEXTCHATMSGRESPONSE", ...MOMENTARY]);
const MAX_MOMENTARY = 8;

export class PacedQueue {
  #items: PacedItem[] = [];
  #bytes = 0;
  #texts = 0;
  /** Whether the last that was taken was one of those that wait. */
  #tookLater = false;

  get length(): number {
    return this.#items.length;
  }

  /** Bytes of frames and of texts that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Texts that wait. */
  get texts(): number {
    return this.#texts;
  }

  pushFrame(name: ServiceName, bytes: Uint8Array, since: number): void {
    if (MOMENTARY.has(name)) this.#makeRoomForMomentary();
    this.#bytes += bytes.length;
    this.#items.push({ kind: "frame", since, name, bytes });
  }

  /** Adds texts to those of the friend that wait, if nothing that they must not overtake was queued in between. */
  pushTexts(texts: Omit<Texts, "kind" | "messages"> & { readonly messages: readonly Message[] }): void {
    const { conversation, messages, through } = texts;
    this.#texts += messages.length;
    for (const message of messages) this.#bytes += sizeOf(message);
    const waiting = this.#mergeable(conversation);
    if (waiting === undefined) {
      this.#items.push({ kind: "texts", ...texts, messages: [...messages] });
    } else {
      waiting.messages.push(...messages);
      waiting.through = through;
    }
  }

  /** There is nothing to show of a conversation up to `through`. @returns whether texts wait that it is behind. */
  pass(conversation: ConversationId, through: number): boolean {
    const waiting = this.#items.findLast(
      (item): item is Texts => item.kind === "texts" && item.conversation === conversation,
    );
    if (waiting !== undefined) waiting.through = through;
    return waiting !== undefined;
  }

  /** What goes next. Who waits since before `patience` has waited for too long. */
  next(patience: number): PacedItem | undefined {
    const [first] = this.#items;
    if (first === undefined || (first.since <= patience && !this.#tookLater)) return first;
    return this.#items.find((item) => !waits(item)) ?? first;
  }

  /** Takes an item out, or the first `count` of its texts. */
  take(item: PacedItem, count = Number.POSITIVE_INFINITY): void {
    this.#tookLater = waits(item);
    if (item.kind === "texts") {
      const taken = item.messages.slice(0, count);
      this.#texts -= taken.length;
      for (const message of taken) this.#bytes -= sizeOf(message);
      item.messages = item.messages.slice(taken.length);
      if (item.messages.length > 0) return;
    }
    this.#remove(item);
  }

  #remove(item: PacedItem): void {
    if (item.kind === "frame") this.#bytes -= item.bytes.length;
    this.#items.splice(this.#items.indexOf(item), 1);
  }

  #mergeable(conversation: ConversationId): Texts | undefined {
    for (let i = this.#items.length - 1; i >= 0; i--) {
      const item = this.#items[i];
      if (item === undefined) return undefined;
      if (item.kind === "texts" && item.conversation === conversation) return item;
      if (item.kind === "frame" && !waits(item)) return undefined;
    }
    return undefined;
  }

  #makeRoomForMomentary(): void {
    const momentary = this.#items.filter((item) => item.kind === "frame" && MOMENTARY.has(item.name));
    const [oldest] = momentary;
    if (oldest !== undefined && momentary.length >= MAX_MOMENTARY) this.#remove(oldest);
  }
}

const sizeOf = (message: Message): number => message.body.length + ENTRY_OVERHEAD;
const waits = (item: PacedItem): boolean => item.kind === "frame" && LATER.has(item.name);
