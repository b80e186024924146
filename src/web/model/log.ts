/**
 * @module web/model/log
 * The messages of a conversation that are known here, as they are to be shown: in the order of `seq`, each once, with
 * what changed them in place, one's own changes that are still on their way included. Pure.
 */
import { applied, type Change, type ChatMessage, changedBy, changedSeq } from "../../client/index.ts";

/** A change of one's own that is not committed yet. */
export type PendingChange = Change & { readonly id: string };

export class MessageLog {
  /** As they are by what was committed. */
  readonly #messages: ChatMessage[] = [];
  /** Committed changes that were told of, by the seq that they are about: a page of history may come after them. */
  readonly #changes = new Map<number, ChatMessage[]>();
  #pending: readonly PendingChange[] = [];
  #firstSeq: number | undefined;
  #shown: readonly ChatMessage[] | undefined;

  /** The messages to be shown; those that only change others are not among them. */
  get shown(): readonly ChatMessage[] {
    this.#shown ??=
      this.#pending.length === 0 ? [...this.#messages] : this.#messages.map((one) => this.#asWished(one));
    return this.#shown;
  }

  /** Where what is known begins; undefined while nothing is. */
  get firstSeq(): number | undefined {
    return this.#firstSeq;
  }

  at(seq: number): ChatMessage | undefined {
    return this.shown.find((message) => message.seq === seq);
  }

  /** Adds a message, in whatever order and however often they come. */
  take(message: ChatMessage): void {
    this.#shown = undefined;
    this.#firstSeq = Math.min(this.#firstSeq ?? message.seq, message.seq);
    const of = changedSeq(message);
    if (of === undefined) this.#insert(message);
    else this.#change(of, message);
  }

  /** Shows a change of one's own before it is committed. */
  wish(change: PendingChange): void {
    this.#shown = undefined;
    this.#pending = [...this.#pending, change];
  }

  /** A change was refused, or is committed: it is not to be shown for itself any more. */
  forget(id: string): void {
    this.#shown = undefined;
    this.#pending = this.#pending.filter((change) => change.id !== id);
  }

  #insert(message: ChatMessage): void {
    const before = this.#messages.findLastIndex(({ seq }) => seq <= message.seq);
    if (this.#messages[before]?.seq === message.seq) return;
    const changed = (this.#changes.get(message.seq) ?? []).reduce(changedBy, message);
    this.#messages.splice(before + 1, 0, changed);
  }

  #change(of: number, change: ChatMessage): void {
    if (change.mine) this.forget(change.id);
    const known = this.#changes.get(of) ?? [];
    if (known.some(({ seq }) => seq === change.seq)) return;
    this.#changes.set(
      of,
      [...known, change].sort((a, b) => a.seq - b.seq),
    );
    const index = this.#messages.findIndex(({ seq }) => seq === of);
    const message = this.#messages[index];
    if (message) this.#messages[index] = changedBy(message, change);
  }

  #asWished(message: ChatMessage): ChatMessage {
    let wished = message;
    for (const change of this.#pending)
      if (changedSeq(change) === message.seq)
        wished = applied(wished, { ...change, mine: true, seq: message.asOf });
    return wished;
  }
}
