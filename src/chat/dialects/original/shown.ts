/**
 * @module chat/dialects/original/shown
 * What a client of the original was surely shown. It acknowledges nothing, and a text that was written to it may never be
 * seen: a link may be dead without a word, a client that hangs leaves it unread in its socket. Two things are told apart:
 *
 * - **Got**: its machine has acknowledged the bytes. That is what the sender is told.
 * - **Shown**: it has given a sign of life since, a frame of its own or a close in good order. Only that counts when it
 *   comes back: what was not surely shown is sent again.
 *
 * Where the system does not tell what was acknowledged, what was shown is what it got.
 */
import type { ConversationId } from "../../../domain/ids.ts";
import type { Clock, Timer } from "../../../lib/clock.ts";
import type { Connection } from "../../../net/connection.ts";
import type { Witness } from "../dialect.ts";

export interface ShownOptions {
  readonly connection: Pick<Connection<unknown>, "acknowledged" | "isOpen" | "peerEnded">;
  readonly clock: Pick<Clock, "monotonic">;
  readonly timer: Timer;
  /** Everything of a conversation up to `seq`. */
  readonly onGot: (conversation: ConversationId, seq: number) => void;
  readonly onShown: (conversation: ConversationId, seq: number) => void;
}

/** A frame that left the client before a text reached it proves nothing; after so many milliseconds it did not. */
const CROSSING_MS = 400;
/** How soon the system is asked whether a text was acknowledged, and how often after that. Milliseconds. */
const FIRST_LOOK_MS = 100;
const LOOK_MS = 1_000;

interface Written {
  readonly conversation: ConversationId;
  readonly seq: number;
  readonly at: number;
}

export class Shown implements Witness {
  readonly #options: ShownOptions;
  /** Written within the last `CROSSING_MS`, in order. */
  #recent: Written[] = [];
  /** Written before, and no sign of life since. */
  #settled = new Map<ConversationId, number>();
  /** Not known to be acknowledged. */
  #underWay = new Map<ConversationId, number>();
  #looking = false;
  #over = false;

  constructor(options: ShownOptions) {
    this.#options = options;
  }

  /** The client was written everything of a conversation up to `seq`. */
  written(conversation: ConversationId, seq: number): void {
    if (this.#over) return;
    this.#settle();
    this.#recent.push({ conversation, seq, at: this.#options.clock.monotonic() });
    this.#underWay.set(conversation, seq);
    this.#look(FIRST_LOOK_MS);
  }

  heard(): void {
    if (this.#recent.length === 0 && this.#settled.size === 0) return;
    this.#settle();
    this.#confirm();
  }

  /** What is written to it from here on proves nothing any more. */
  ended(): void {
    const { acknowledged, peerEnded } = this.#options.connection;
    if (this.#over || !peerEnded) return;
    this.#over = true;
    if (acknowledged === true) this.#settleAll();
    else this.#settle();
    this.#confirm();
  }

  #confirm(): void {
    const { onGot, onShown } = this.#options;
    for (const [conversation, seq] of this.#settled) {
      onGot(conversation, seq);
      onShown(conversation, seq);
    }
    this.#settled.clear();
  }

  #settle(): void {
    const before = this.#options.clock.monotonic() - CROSSING_MS;
    const first = this.#recent.findIndex(({ at }) => at > before);
    if (first === 0) return;
    const recent = first === -1 ? [] : this.#recent.slice(first);
    if (first !== -1) this.#recent.length = first;
    this.#settleAll();
    this.#recent = recent;
  }

  #settleAll(): void {
    for (const { conversation, seq } of this.#recent) this.#settled.set(conversation, seq);
    this.#recent = [];
  }

  #look(afterMs: number): void {
    if (this.#looking) return;
    this.#looking = true;
    this.#options.timer(() => {
      this.#looking = false;
      this.#lookAtAcknowledged();
    }, afterMs);
  }

  #lookAtAcknowledged(): void {
    const { connection, onGot } = this.#options;
    if (!connection.isOpen) return;
    const { acknowledged } = connection;
    if (acknowledged === false) {
      this.#look(LOOK_MS);
      return;
    }
    if (acknowledged === true) for (const [conversation, seq] of this.#underWay) onGot(conversation, seq);
    this.#underWay.clear();
  }
}
