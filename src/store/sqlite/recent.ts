/**
 * @module store/sqlite/recent
 * What changed lately, in SQLite: by the times that each write notes, each in one range of an index.
 */
import { and, asc, eq, gt, isNull, sql } from "drizzle-orm";
import { conversationId as idOf } from "../../domain/ids.ts";
import { changesOf, startOf } from "../paging.ts";
import { changedWithin, furtherMember, grownOf, movedOf, type StoredTimes } from "../recent.ts";
import { otherMember } from "../rows.ts";
import type { ConversationStore } from "../store.ts";
import type { Connection } from "./connection.ts";
import { conversationMember, conversationTable, NOW } from "./schema.ts";

type RecentStore = Pick<ConversationStore, "grownWithin" | "movedWithin">;

const TIMES: StoredTimes = {
  timeOf: (milliseconds) => sql`${milliseconds}`,
  ago: (milliseconds) => sql`${NOW} - ${milliseconds}`,
};

export function recentStore({ db, read }: Connection): RecentStore {
  const { id, kind, lo, hi, lastSeq, grownAt } = conversationTable;
  const { conversationId, uuid, deliveredSeq, readSeq, shownReadSeq, movedAt } = conversationMember;

  return {
    grownWithin: (windowMs, request) =>
      read(() => {
        const rows = db
          .select({ conversation: id, kind, lo, hi, lastSeq, at: grownAt })
          .from(conversationTable)
          .where(
            changedWithin(TIMES, grownAt, windowMs, request, ({ conversation }) =>
              gt(id, idOf(conversation)),
            ),
          )
          .orderBy(asc(grownAt), asc(id))
          .limit(startOf(request).rows)
          .all();
        return changesOf(rows, request, grownOf);
      }),

    movedWithin: (windowMs, request) =>
      read(() => {
        const rows = db
          .select({
            conversation: conversationId,
            user: uuid,
            peer: otherMember(uuid, { lo, hi }),
            delivered: deliveredSeq,
            read: readSeq,
            at: movedAt,
          })
          .from(conversationMember)
          .innerJoin(conversationTable, eq(id, conversationId))
          .where(
            and(
              isNull(shownReadSeq),
              changedWithin(TIMES, movedAt, windowMs, request, furtherMember(conversationId, uuid)),
            ),
          )
          .orderBy(asc(movedAt), asc(conversationId), asc(uuid))
          .limit(startOf(request).rows)
          .all();
        return changesOf(rows, request, movedOf);
      }),
  };
}
