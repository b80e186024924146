/**
 * @module store/mysql/search
 * Finding messages in MySQL and MariaDB: a full-text index of InnoDB gives those with the words; of those that the reader
 * may see the newest are looked up.
 */
import { and, desc, eq, gte, isNull, lte, or, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/mysql-core";
import type { ConversationId, UserId } from "../../domain/ids.ts";
import type { SearchStore } from "../contract/search.ts";
import { booleanMatch } from "../match.ts";
import { newestFirst, newestPage } from "../paging.ts";
import { projected } from "../projection.ts";
import { messageColumns } from "../rows.ts";
import { MAX_NARROWED } from "../search.ts";
import type { Pool } from "./pool.ts";
import { conversationMember, message, messageState, searchDocument } from "./schema.ts";
import type { Session } from "./session.ts";

const { conversationId, uuid, visibleFrom, leftSeq } = conversationMember;

export function searchStore({ read }: Pool): Pick<SearchStore, "search"> {
  return {
    search: (reader, { text, conversation, before, limit }) =>
      read(async (session) => {
        const match = booleanMatch(text, await narrowed(session, reader, conversation));
        if (match === undefined) return { items: [], next: undefined };
        const page = { cursor: before, limit };
        const { at: time, conversation: last, seq: lastSeq, rows } = newestFirst(page);
        const { conversationId: of, seq, at, words } = searchDocument;
        const { editedSeq, recalledSeq, reacted } = messageState;
        const hits = session.db
          .select({ of, seq, at })
          .from(searchDocument)
          .innerJoin(conversationMember, and(eq(conversationId, of), eq(uuid, reader)))
          .leftJoin(messageState, and(eq(messageState.conversationId, of), eq(messageState.seq, seq)))
          .where(
            and(
              sql`match(${words}) against (${match} in boolean mode)`,
              sql`(${at}, ${of}, ${seq}) < (${time}, ${last}, ${lastSeq})`,
              ...[gte(seq, visibleFrom), or(isNull(leftSeq), lte(seq, leftSeq)), isNull(recalledSeq)],
              // Who left is told of no later text.
              or(isNull(leftSeq), isNull(editedSeq), lte(editedSeq, leftSeq)),
            ),
          )
          .orderBy(desc(at), desc(of), desc(seq))
          .limit(rows)
          .as("hits");
        const edit = alias(message, "edit");
        const found = await session.db
          .select({ ...messageColumns(message), editedSeq, editedBody: edit.body, recalledSeq, reacted })
          .from(hits)
          .innerJoin(message, and(eq(message.conversationId, hits.of), eq(message.seq, hits.seq)))
          .leftJoin(
            messageState,
            and(eq(messageState.conversationId, hits.of), eq(messageState.seq, hits.seq)),
          )
          .leftJoin(edit, and(eq(edit.conversationId, hits.of), eq(edit.seq, editedSeq)))
          .orderBy(desc(hits.at), desc(hits.of), desc(hits.seq));
        return newestPage(found, page, (row) => projected(row, []));
      }),
  };
}

/** Those in which the words may be: few enough to be named, or none where there are too many. */
async function narrowed(
  { db }: Session,
  reader: UserId,
  conversation: ConversationId | undefined,
): Promise<ConversationId[]> {
  if (conversation !== undefined) return [conversation];
  const rows = await db
    .select({ conversation: conversationId })
    .from(conversationMember)
    .where(eq(uuid, reader))
    .limit(MAX_NARROWED + 1);
  return rows.length > MAX_NARROWED ? [] : rows.map((row) => row.conversation);
}
