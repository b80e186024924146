/**
 * @module store/mysql/known
 * Which entries of a batch are stored already, for the batches in which some are.
 */
import { and, eq, inArray } from "drizzle-orm";
import type { ConversationId } from "../../domain/ids.ts";
import { repeatOutcome, type StoredMessage } from "../repeats.ts";
import { dataText, messageColumns } from "../rows.ts";
import type { AppendEntry, AppendOutcome } from "../store.ts";
import { chunks } from "./chunks.ts";
import { message, messageState } from "./schema.ts";
import type { Session } from "./session.ts";

/** What is stored, by conversation, sender and client id. */
export type Known = Map<string, StoredMessage>;

/** Spaces at the end of a client id do not count: its column's collation pads. */
export const entryKey = ({
  conversation,
  sender,
  clientId,
}: Pick<AppendEntry, "conversation" | "sender" | "clientId">) =>
  `${conversation}:${sender}:${clientId.replace(/ +$/, "")}`;

/** Reads what is there of these entries; the conversations are locked. */
export async function findStored(
  { db, statementBytes }: Session,
  conversations: readonly ConversationId[],
  entries: readonly AppendEntry[],
): Promise<Known> {
  const known: Known = new Map();
  const clientIds = [...new Set(entries.map(({ clientId }) => clientId))];
  for (const some of chunks(clientIds, (clientId) => [clientId], statementBytes)) {
    const rows = await db
      .select({ ...messageColumns(message), recalledSeq: messageState.recalledSeq })
      .from(message)
      .leftJoin(
        messageState,
        and(eq(messageState.conversationId, message.conversationId), eq(messageState.seq, message.seq)),
      )
      .where(and(inArray(message.clientId, [...some]), inArray(message.conversationId, [...conversations])));
    for (const row of rows) known.set(entryKey(row), row);
  }
  return known;
}

/** The outcome of an entry that is stored already, or undefined when it is new. */
export function repeatOf(known: Known, entry: AppendEntry): AppendOutcome | undefined {
  const stored = known.get(entryKey(entry));
  return stored && repeatOutcome(stored, entry);
}

/** For an entry later in the same batch. */
export function rememberStored(known: Known, entry: AppendEntry, seq: number, at: number): void {
  const { conversation, kind, body, data, replyTo = null } = entry;
  known.set(entryKey(entry), {
    conversation,
    seq,
    kind,
    body,
    at,
    data: dataText(data),
    replyTo,
    recalledSeq: null,
  });
}
