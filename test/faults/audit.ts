/**
 * @module faults/audit
 * The store against everything that was told during the run: message by message, as they are read.
 */
import { type Conversation, describe, type Ledger, type Text } from "./ledger.ts";
import type { Verdict } from "./rules.ts";

/** A message as the store holds it. */
export interface Stored {
  readonly seq: number;
  readonly sender: string;
  readonly content: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export class Audit {
  readonly #stored = new Set<Text>();
  readonly #ends = new Map<string, { seq: number; at: number }>();

  constructor(
    readonly ledger: Ledger,
    readonly verdict: Verdict,
  ) {}

  /** How many messages were read that somebody wrote. */
  get size(): number {
    return this.#stored.size;
  }

  /** The next message of a conversation. */
  message({ name, members: [a, b] }: Conversation, { seq, sender, content, at }: Stored): void {
    const text = this.ledger.told({ sender, receiver: sender === a ? b : a, seq, content }, "the store");
    if (text !== undefined) this.#stored.add(text);
    const end = this.#ends.get(name) ?? { seq: 0, at: 0 };
    if (seq !== end.seq + 1) this.verdict.add("gap in the store", `${name}: #${seq} after #${end.seq}`);
    if (at < end.at)
      this.verdict.add("time went back in a conversation", `${name}: #${seq}, by ${end.at - at} ms`);
    this.#ends.set(name, { seq, at });
  }

  /** That was all. */
  end(): void {
    for (const text of this.ledger.texts) this.#fate(text, this.#stored.has(text));
    for (const conversation of this.ledger.conversations) this.#order(conversation);
  }

  #fate(text: Text, stored: boolean): void {
    if (!stored && text.ackedAt !== undefined)
      this.verdict.add("acknowledged but not stored", describe(text));
    else if (!stored && text.seq !== undefined) this.verdict.add("pushed but not stored", describe(text));
    if (text.ackedAt === undefined && text.refused === undefined && text.givenUp !== true)
      this.verdict.add("neither acknowledged nor refused", describe(text));
  }

  /** What one device said to one peer is in the order in which it said it. */
  #order({ texts }: Conversation): void {
    const last = new Map<string, Text>();
    for (const text of texts) {
      if (text === undefined) continue;
      const lane = `${text.device} to ${text.to}`;
      const before = last.get(lane);
      if (before !== undefined && text.number < before.number)
        this.verdict.add("sender's order broken", `${describe(text)} after ${describe(before)}`);
      last.set(lane, text);
    }
  }
}
