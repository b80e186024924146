/**
 * @module store/mysql/recent
 * What changed lately, in MySQL: by the times that the database itself keeps, each in one range of an index.
 */
import { and, asc, type Column, eq, gt, isNull, sql } from "drizzle-orm";
import { conversationId as idOf } from "../../domain/ids.ts";
import { changesOf, startOf } from "../paging.ts";
import { changedWithin, furtherMember, grownOf, movedOf, type StoredTimes } from "../recent.ts";
import { otherMember } from "../rows.ts";
import type { ConversationStore } from "../store.ts";
import type { Pool } from "./pool.ts";
import { conversationMember, conversationTable } from "./schema.ts";

type RecentStore = Pick<ConversationStore, "grownWithin" | "movedWithin">;

/** Sessions run in UTC. */
const TIMES: StoredTimes = {
  timeOf: (milliseconds) => sql`from_unixtime(${milliseconds} / 1000)`,
  ago: (milliseconds) => sql`timestampadd(microsecond, ${-1_000 * milliseconds}, current_timestamp(3))`,
};
const millisecondsOf = (time: Column) => sql<number>`cast(unix_timestamp(${time}) * 1000 as unsigned)`;

export function recentStore({ read }: Pool): RecentStore {
  const { id, kind, lo, hi, lastSeq, grownAt } = conversationTable;
  const { conversationId, uuid, deliveredSeq, readSeq, shownReadSeq, movedAt } = conversationMember;

  return {
    grownWithin: (windowMs, request) =>
      read(async ({ db }) => {
        const rows = await db
          .select({ conversation: id, kind, lo, hi, lastSeq, at: millisecondsOf(grownAt) })
          .from(conversationTable)
          .where(
            changedWithin(TIMES, grownAt, windowMs, request, ({ conversation }) =>
              gt(id, idOf(conversation)),
            ),
          )
          .orderBy(asc(grownAt), asc(id))
          .limit(startOf(request).rows);
        return changesOf(rows, request, grownOf);
      }),

    movedWithin: (windowMs, request) =>
      read(async ({ db }) => {
        const rows = await db
          .select({
            conversation: conversationId,
            user: uuid,
            peer: otherMember(uuid, { lo, hi }),
            delivered: deliveredSeq,
            read: readSeq,
            at: millisecondsOf(movedAt),
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
          .limit(startOf(request).rows);
        return changesOf(rows, request, movedOf);
      }),
  };
}
