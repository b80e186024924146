/**
 * @module store/mysql/plan
 * What becomes of a batch, decided on what was read under its locks.
 */
import type { ConversationId } from "../../domain/ids.ts";
import { MEMBERS_KIND } from "../../domain/kinds.ts";
import { type Author, type ChangeBook, ONE_OF_TWO } from "../changes.ts";
import { dataText } from "../rows.ts";
import type { AppendEntry, AppendOutcome } from "../store.ts";
import { entryKey, type Known, rememberStored, repeatOf } from "./known.ts";
import { type Standing, writerKey } from "./locked.ts";
import type { Refusals } from "./refusals.ts";

/** A row of Message in the order of `INSERT_MESSAGES`. */
export type Row = [
  ...[conversation: ConversationId, seq: number, sender: number, clientId: string, kind: string],
  ...[body: string, at: number, data: string | null, replyTo: number | null],
];

/** An outcome per entry, the rows to insert, the last seq of each conversation that grew. */
export interface Plan {
  readonly outcomes: AppendOutcome[];
  readonly rows: Row[];
  readonly grown: ReadonlyMap<ConversationId, number>;
}

/** What was read of the conversations of a batch. */
export interface Ground {
  readonly standings: ReadonlyMap<ConversationId, Standing>;
  /** Those of the senders who are members of their groups, by `writerKey`. */
  readonly writers: ReadonlyMap<string, Author>;
  /** Who was told before that it is refused, and may rely on it. */
  readonly refusals: Refusals;
}

/** Why an entry may not be stored, as far as its sender and the conversation go. */
export function refusalOf(
  { standings, writers, refusals }: Ground,
  entry: AppendEntry,
): AppendOutcome | undefined {
  const standing = standings.get(entry.conversation);
  if (entry.kind === MEMBERS_KIND) return { status: "forbidden" };
  if (standing?.isGroup && !writers.has(writerKey(entry))) return { status: "not_a_member" };
  if (standing?.refusal !== undefined) return standing.refusal;
  const before = refusals.get(entryKey(entry));
  return before && { status: before };
}

/**
 * @param known what is stored already of the entries; undefined where it is tried without having looked.
 * @param book what they change or answer; undefined where none does.
 */
export function plan(
  entries: readonly AppendEntry[],
  ground: Ground,
  known: Known | undefined,
  book: ChangeBook | undefined,
  now: number,
): Plan {
  const rows: Row[] = [];
  const grown = new Map<ConversationId, number>();
  const outcomes = entries.map((entry): AppendOutcome => {
    const { conversation, sender, clientId, kind, body, data, replyTo = null } = entry;
    const standing = ground.standings.get(conversation);
    if (standing === undefined || !(standing.isGroup || standing.members.includes(sender)))
      return { status: "not_friends" };
    // Asked of a refused one too: what was stored while they were friends is answered as such for ever.
    const repeat = known && repeatOf(known, entry);
    if (repeat !== undefined) return repeat;
    const at = Math.max(now, standing.lastAt);
    const author = ground.writers.get(writerKey(entry)) ?? ONE_OF_TWO;
    const refusal = refusalOf(ground, entry) ?? book?.refusalOf(entry, at, author);
    if (refusal !== undefined) return refusal;

    const seq = (grown.get(conversation) ?? standing.lastSeq) + 1;
    grown.set(conversation, seq);
    rows.push([conversation, seq, sender, clientId, kind, body, at, dataText(data), replyTo]);
    if (known) rememberStored(known, entry, seq, at);
    book?.stored(entry, seq, at);
    return { status: "stored", conversation, seq, at };
  });
  return { outcomes, rows, grown };
}
