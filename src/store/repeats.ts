/**
 * @module store/repeats
 * What it means that a message was stored before: the rules both adapters follow.
 */
import type { ConversationId } from "../domain/ids.ts";
import { dataText } from "./rows.ts";
import type { AppendEntry, AppendOutcome, AppendRules } from "./store.ts";

/** Of an installation that says nothing. */
export const DEFAULT_RULES: AppendRules = { editWindowMs: 86_400_000 };

/** What is compared of a stored message. */
export interface StoredMessage {
  readonly conversation: ConversationId;
  readonly seq: number;
  readonly kind: string;
  readonly body: string;
  readonly at: number;
  /** JSON. */
  readonly data: string | null;
  readonly replyTo: number | null;
  /** Of one that was recalled nothing is left to compare. */
  readonly recalledSeq: number | null;
}

/**
 * An entry as it can be stored: lone surrogates, which UTF-8 cannot carry, become U+FFFD. Without this a
 * repeat of such a text would differ from what is stored.
 */
export function storable(entry: AppendEntry): AppendEntry {
  if (entry.body.isWellFormed() && entry.clientId.isWellFormed()) return entry;
  return { ...entry, body: entry.body.toWellFormed(), clientId: entry.clientId.toWellFormed() };
}

/** The outcome of an entry whose client id is stored already. */
export function repeatOutcome(stored: StoredMessage, entry: AppendEntry): AppendOutcome {
  const same =
    stored.kind === entry.kind &&
    stored.replyTo === (entry.replyTo ?? null) &&
    (stored.recalledSeq !== null || (stored.body === entry.body && stored.data === dataText(entry.data)));
  if (!same) return { status: "conflict" };
  return { status: "duplicate", conversation: stored.conversation, seq: stored.seq, at: stored.at };
}
