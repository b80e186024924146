/**
 * @module client/timeline
 * The order of one conversation: whatever arrives in whatever order, from pushes, answers and history, each
 * message comes out once and in the order of `seq`. Pure; knows no connection.
 */
import type { ChatMessage } from "./events.ts";

/** Messages kept while an earlier one is missing. What comes beyond it is let go: history brings it again. */
const HELD_MAX = 1_000;

export class Timeline {
  /** Everything up to and including has come out. */
  #cursor: number;
  /** The highest seq that is known to exist. */
  #last: number;
  readonly #held = new Map<number, ChatMessage>();

  constructor(cursor: number) {
    this.#cursor = cursor;
    this.#last = cursor;
  }

  get cursor(): number {
    return this.#cursor;
  }

  /** Whether something that is known to exist has not come out yet. */
  get behind(): boolean {
    return this.#last > this.#cursor;
  }

  /** Notes that the conversation goes up to `seq`. */
  knows(seq: number): void {
    if (seq > this.#last) this.#last = seq;
  }

  /** Takes a message. @returns those that are in order now, usually just it; empty when it is known or early. */
  take(message: ChatMessage): ChatMessage[] {
    this.knows(message.seq);
    if (message.seq <= this.#cursor) return [];
    if (message.seq > this.#cursor + 1) {
      if (this.#held.size < HELD_MAX) this.#held.set(message.seq, message);
      return [];
    }
    const out = [message];
    this.#cursor = message.seq;
    if (this.#held.size === 0) return out;
    for (let next = this.#pull(); next !== undefined; next = this.#pull()) out.push(next);
    return out;
  }

  /** There is nothing up to `seq` for this account: it was no member then. */
  skip(seq: number): void {
    if (seq > this.#cursor) this.#cursor = seq;
    this.knows(seq);
  }

  /** Gives up what is missing: history has nothing more. What was held comes out as it is. */
  settle(): ChatMessage[] {
    const out = [...this.#held.values()].sort((a, b) => a.seq - b.seq);
    this.#held.clear();
    this.#cursor = out.at(-1)?.seq ?? this.#cursor;
    this.#last = this.#cursor;
    return out;
  }

  #pull(): ChatMessage | undefined {
    const next = this.#held.get(this.#cursor + 1);
    if (next === undefined) return undefined;
    this.#held.delete(next.seq);
    this.#cursor = next.seq;
    return next;
  }
}
