/**
 * @module faults/screen
 * What one device shows, kept as positions: of each conversation how far it has come and what it skipped, of
 * each friend the last word about presence and receipts. Told in the order in which the device was told.
 */
import { conversationOf, describe, type Text } from "./ledger.ts";
import type { Verdict } from "./rules.ts";

interface Shown {
  last: number;
  /** Seqs below `last` that it has not shown; as a rule none. */
  readonly skipped: Set<number>;
}

/** How far somebody has got with a conversation. */
export interface Marks {
  delivered: number;
  read: number;
}

export interface PresenceWord {
  readonly online: boolean;
  readonly lastSeen: number;
}

export class Screen {
  readonly #shown = new Map<string, Shown>();
  /** How far the other side has got, by its uuid, as this device was told. */
  readonly receipts = new Map<string, Marks>();
  /** How far the account itself has got, by peer, as this device was told. */
  readonly cursors = new Map<string, Marks>();
  /** By friend; emptied at each login, when whoever is online is told anew. */
  readonly presence = new Map<string, PresenceWord>();
  /** Friends of whom an older word came after a newer one, and when; right or wrong, faults/presence tells. */
  readonly doubtful = new Map<string, { readonly what: string; readonly at: number }>();
  count = 0;
  /** Whether it is told of presence and receipts at all; the original's client is not. */
  seesPresence = true;
  seesReceipts = true;

  constructor(
    readonly user: string,
    readonly device: string,
    readonly verdict: Verdict,
  ) {}

  /** The app is handed a text. */
  show(text: Text, seq: number): void {
    this.count++;
    const shown = this.#of(text);
    const what = `${this.device}: ${describe(text)}`;
    if (seq > shown.last) {
      for (let skipped = shown.last + 1; skipped < seq; skipped++) shown.skipped.add(skipped);
      shown.last = seq;
    } else if (shown.skipped.delete(seq))
      this.verdict.add("device out of order", `${what} after #${shown.last}`);
    else this.verdict.add("shown twice on a device", what);
  }

  has(text: Text): boolean {
    const shown = this.#shown.get(conversationOf(text.from, text.to));
    return (
      shown !== undefined && text.seq !== undefined && text.seq <= shown.last && !shown.skipped.has(text.seq)
    );
  }

  /** The last seq that it showed of a conversation; 0 for none. */
  last(conversation: string): number {
    return this.#shown.get(conversation)?.last ?? 0;
  }

  /** It is told how far `peer` has got with its texts. */
  receipt(peer: string, told: Marks, where: string): void {
    this.#mark(this.receipts, "receipt went back", peer, told, where);
  }

  /** It is told how far its own account has got with the texts of `peer`. */
  cursor(peer: string, told: Marks, where: string): void {
    this.#mark(this.cursors, "cursor went back", peer, told, where);
  }

  #mark(
    marks: Map<string, Marks>,
    rule: "receipt went back" | "cursor went back",
    peer: string,
    { delivered, read }: Marks,
    where: string,
  ): void {
    const before = marks.get(peer) ?? { delivered: 0, read: 0 };
    if (delivered < before.delivered || read < before.read)
      this.verdict.add(
        rule,
        `${this.device}: ${where} says of ${peer} ${delivered}/${read} after ${before.delivered}/${before.read}`,
      );
    before.delivered = Math.max(before.delivered, delivered);
    before.read = Math.max(before.read, read);
    marks.set(peer, before);
  }

  #of(text: Text): Shown {
    const conversation = conversationOf(text.from, text.to);
    let shown = this.#shown.get(conversation);
    if (shown === undefined) {
      shown = { last: 0, skipped: new Set() };
      this.#shown.set(conversation, shown);
    }
    return shown;
  }
}
