/**
 * @module faults/ledger
 * Every text of a run, once: who wrote it, what became of it, which seq it has. Whatever anybody tells of a text
 * (an acknowledgement, a push, a page of history, the store) is held against what was told before, so nothing
 * but the texts themselves is kept: about 300 bytes each.
 */
import type { Verdict } from "./rules.ts";

/** A text from the moment a device hands it over. Told from all others by its content. */
export interface Text {
  readonly from: string;
  readonly to: string;
  readonly device: string;
  /** 1, 2, 3 … of this device to this peer. */
  readonly number: number;
  readonly content: string;
  /** Milliseconds of the monotonic clock, as all times here. */
  readonly saidAt: number;
  seq: number | undefined;
  ackedAt: number | undefined;
  /** The error number it was refused with for good. */
  refused: number | undefined;
  /** Its sender gave up (a connection ended, the client closed): stored or not, both are right. */
  givenUp?: boolean;
}

/** A message as anybody tells of it. */
export interface Told {
  readonly sender: string;
  readonly receiver: string;
  readonly seq: number;
  readonly content: string;
}

/** One conversation: its texts by seq, as far as somebody told of them. */
export class Conversation {
  readonly texts: (Text | undefined)[] = [];

  constructor(
    readonly name: string,
    readonly members: readonly [string, string],
  ) {}

  at(seq: number): Text | undefined {
    return this.texts[seq];
  }

  /** The highest seq that anybody told of. */
  get last(): number {
    return Math.max(0, this.texts.length - 1);
  }
}

/** A conversation's name, the same for both members. */
export const conversationOf = (a: string, b: string): string =>
  Number(a) < Number(b) ? `${a}-${b}` : `${b}-${a}`;

export class Ledger {
  readonly #verdict: Verdict;
  readonly #texts = new Map<string, Text>();
  readonly #conversations = new Map<string, Conversation>();
  readonly #unplaced = new Set<Text>();
  readonly #numbers = new Map<string, number>();

  constructor(verdict: Verdict) {
    this.#verdict = verdict;
  }

  get conversations(): Iterable<Conversation> {
    return this.#conversations.values();
  }

  get texts(): Iterable<Text> {
    return this.#texts.values();
  }

  conversation(a: string, b: string): Conversation {
    const name = conversationOf(a, b);
    let found = this.#conversations.get(name);
    if (found === undefined) {
      found = new Conversation(name, Number(a) < Number(b) ? [a, b] : [b, a]);
      this.#conversations.set(name, found);
    }
    return found;
  }

  /** A device is about to hand over a text. */
  write(from: string, device: string, to: string, now: number): Text {
    const lane = `${device} to ${to}`;
    const number = (this.#numbers.get(lane) ?? 0) + 1;
    this.#numbers.set(lane, number);
    const content = `${lane}, ${number}`;
    const text: Text = {
      ...{ from, to, device, number, content, saidAt: now },
      ...{ seq: undefined, ackedAt: undefined, refused: undefined },
    };
    this.#texts.set(content, text);
    return text;
  }

  find(content: string): Text | undefined {
    return this.#texts.get(content);
  }

  acknowledged(text: Text, seq: number, now: number): void {
    this.#place(text, seq, "its acknowledgement");
    text.ackedAt = now;
  }

  /** Acknowledged without a seq, as the original does it; others tell which it is. */
  acknowledgedSomewhere(text: Text, now: number): void {
    text.ackedAt = now;
    if (text.seq === undefined) this.#unplaced.add(text);
  }

  /** Acknowledged texts whose seq nobody has told yet. */
  get unplaced(): Iterable<Text> {
    return this.#unplaced;
  }

  refused(text: Text, code: number): void {
    text.refused = code;
    if (!REASONS.has(code)) this.#verdict.add("refused for no reason", `${describe(text)}: error ${code}`);
    if (text.seq !== undefined) this.#verdict.add("refused but stored", `${describe(text)}: error ${code}`);
  }

  /** Somebody (`where`) tells of a stored message. @returns the text it is, if it is one. */
  told({ sender, receiver, seq, content }: Told, where: string): Text | undefined {
    const text = this.#texts.get(content);
    if (text?.from !== sender || text.to !== receiver) {
      this.#verdict.add("stored but never sent", `${where}: #${seq} "${content}" (${sender} to ${receiver})`);
      return undefined;
    }
    this.#place(text, seq, where);
    return text;
  }

  #place(text: Text, seq: number, where: string): void {
    if (text.seq === seq) return;
    if (text.seq !== undefined) {
      this.#verdict.add("stored twice", `${describe(text)}: ${where} says #${seq}`);
      return;
    }
    const conversation = this.conversation(text.from, text.to);
    const there = conversation.at(seq);
    if (there !== undefined) {
      this.#verdict.add("two texts, one seq", `${describe(there)}: ${where} says "${text.content}"`);
      return;
    }
    text.seq = seq;
    this.#unplaced.delete(text);
    while (conversation.texts.length <= seq) conversation.texts.push(undefined);
    conversation.texts[seq] = text;
    if (text.refused !== undefined)
      this.#verdict.add("refused but stored", `${describe(text)}: error ${text.refused}, ${where}`);
  }
}

/** What a text of a run may be refused with: 65 NOT_FRIENDS, 66 BLOCKED. */
const REASONS: ReadonlySet<number> = new Set([65, 66]);

/** A text in words. */
export const describe = ({ seq, content, from, to }: Text): string =>
  `#${seq ?? "?"} "${content}" (${from} to ${to})`;
