/**
 * @module store/projection
 * Messages as they are now, for both adapters: what later ones made of them, up to the last that the reader may see.
 */
import { type Column, type Placeholder, type SQL, sql } from "drizzle-orm";
import type { Message, Reaction } from "../domain/entities.ts";
import { MAX_EMOJI_SHOWN } from "../wire/sizes.ts";
import { type MessageRow, messageOf } from "./rows.ts";

interface ProjectionColumns {
  readonly message: { readonly conversationId: Column; readonly seq: Column };
  /** Left joined by the message's key. */
  readonly state: { readonly editedSeq: Column };
  readonly edits: { readonly conversationId: Column; readonly ofSeq: Column; readonly seq: Column };
}

/**
 * In a query: the edit that counts for who sees up to `end`. The last one of all is in the row's state; only for who
 * left before it others are asked.
 */
export function editShown(
  { message, state: { editedSeq }, edits }: ProjectionColumns,
  end: number | Placeholder | SQL,
): SQL<number | null> {
  const { conversationId, ofSeq, seq } = edits;
  return sql<number | null>`case when ${editedSeq} <= ${end} then ${editedSeq}
    when ${editedSeq} is not null then (select max(${seq}) from ${seq.table}
      where ${conversationId} = ${message.conversationId} and ${ofSeq} = ${message.seq} and ${seq} <= ${end}) end`;
}

export interface ProjectedRow extends MessageRow {
  readonly editedSeq: number | null;
  readonly editedBody: string | null;
  readonly recalledSeq: number | null;
  /** Whether there are reactions; null where nothing ever changed. */
  readonly reacted: number | null;
}

export interface ReactionRow {
  readonly seq: number;
  readonly emoji: string;
  readonly count: number;
  /** As the driver has booleans. */
  readonly mine: unknown;
}

/** The rows with reactions, whose seqs these are asked for. */
export const reactedSeqs = (rows: readonly ProjectedRow[]): number[] =>
  rows.filter(({ reacted, recalledSeq }) => reacted && recalledSeq === null).map(({ seq }) => seq);

/** @param reactions of all the rows, those that most gave first. */
export function messagesOf(rows: readonly ProjectedRow[], reactions: readonly ReactionRow[]): Message[] {
  const bySeq = Map.groupBy(reactions, ({ seq }) => seq);
  return rows.map((row) => projected(row, bySeq.get(row.seq) ?? []));
}

/** A message as it is now. */
export function projected(
  { editedSeq, editedBody, recalledSeq, reacted: _, ...row }: ProjectedRow,
  reactions: readonly ReactionRow[],
): Message {
  const message = messageOf(row);
  if (recalledSeq !== null) return { ...message, recalled: true };
  return {
    ...message,
    ...(editedSeq !== null && { body: editedBody ?? "", editedSeq }),
    ...(reactions.length > 0 && { reactions: reactions.slice(0, MAX_EMOJI_SHOWN).map(reactionOf) }),
  };
}

const reactionOf = ({ emoji, count, mine }: ReactionRow): Reaction => ({
  emoji,
  count,
  mine: Number(mine) > 0,
});
