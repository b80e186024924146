/**
 * @module store/sqlite/search
 * Finding messages in SQLite: FTS5 gives ids from the newest on, and what the reader may not see is passed over.
 */
import { and, eq, gte, isNull, lte, or, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { ConversationId, UserId } from "../../domain/ids.ts";
import type { SearchStore } from "../contract/search.ts";
import { pageOf, startOf } from "../paging.ts";
import { projected } from "../projection.ts";
import { messageColumns } from "../rows.ts";
import type { Connection } from "./connection.ts";
import { matchOf } from "./match.ts";
import { conversationMember, message, messageState, searchDocument } from "./schema.ts";

/** Conversations of a reader by which a search is narrowed; who has more is searched for by words alone. */
const MAX_NARROWED = 1_000;

const { conversationId, uuid, visibleFrom, leftSeq } = conversationMember;

export function searchStore({ db, read }: Connection): Pick<SearchStore, "search"> {
  /** Those in which the words may be: few enough to be named, or none where there are too many. */
  function narrowed(reader: UserId, conversation: ConversationId | undefined): ConversationId[] {
    if (conversation !== undefined) return [conversation];
    const rows = db
      .select({ conversation: conversationId })
      .from(conversationMember)
      .where(eq(uuid, reader))
      .limit(MAX_NARROWED + 1)
      .all();
    return rows.length > MAX_NARROWED ? [] : rows.map((row) => row.conversation);
  }

  const edit = alias(message, "edit");
  return {
    search: (reader, { text, conversation, before, limit }) =>
      read(() => {
        const match = matchOf(text, narrowed(reader, conversation));
        if (match === undefined) return { items: [], next: undefined };
        const page = { cursor: before, limit };
        const { after, rows } = startOf(page);
        const { editedSeq, recalledSeq, reacted } = messageState;
        const { conversationId: of, seq } = message;
        const found = db
          .select({
            ...{ id: searchDocument.id, ...messageColumns(message) },
            ...{ editedSeq, editedBody: edit.body, recalledSeq, reacted },
          })
          .from(sql`SearchText`)
          // A cross join keeps this order: ids come from the newest on, and it ends when there are enough.
          .crossJoin(searchDocument)
          .innerJoin(
            conversationMember,
            and(eq(conversationId, searchDocument.conversationId), eq(uuid, reader)),
          )
          .innerJoin(message, and(eq(of, searchDocument.conversationId), eq(seq, searchDocument.seq)))
          .leftJoin(messageState, and(eq(messageState.conversationId, of), eq(messageState.seq, seq)))
          .leftJoin(edit, and(eq(edit.conversationId, of), eq(edit.seq, editedSeq)))
          .where(
            and(
              sql`SearchText match ${match}`,
              sql`${searchDocument.id} = SearchText.rowid`,
              after > 0 ? sql`SearchText.rowid < ${after}` : undefined,
              ...[gte(seq, visibleFrom), or(isNull(leftSeq), lte(seq, leftSeq)), isNull(recalledSeq)],
              // Who left is told of no later text.
              or(isNull(leftSeq), isNull(editedSeq), lte(editedSeq, leftSeq)),
            ),
          )
          .orderBy(sql`SearchText.rowid desc`)
          .limit(rows)
          .all();
        return pageOf(
          found,
          page,
          ({ id }) => id,
          ({ id: _, ...row }) => projected(row, []),
        );
      }),
  };
}
