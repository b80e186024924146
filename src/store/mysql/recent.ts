/**
 * @module store/mysql/recent
 * What changed lately, in MySQL: by the times that the database itself keeps, each in one range of an index.
 */
import { and, asc, eq, gt, gte, isNull, or, type SQL, sql } from "drizzle-orm";
import { conversationId as idOf, userId } from "../../domain/ids.ts";
import { type ChangedAfter, changedAfter, changesOf, startOf } from "../paging.ts";
import { otherMember } from "../rows.ts";
import type { ConversationStore, PageRequest } from "../store.ts";
import type { Pool } from "./pool.ts";
import { conversationMember, conversationTable } from "./schema.ts";

type RecentStore = Pick<ConversationStore, "grownWithin" | "movedWithin">;
type Time = typeof conversationTable.grownAt | typeof conversationMember.movedAt;

/** A time of the database as milliseconds since 1970, and back; sessions run in UTC. */
const millisecondsOf = (time: Time) => sql<number>`cast(unix_timestamp(${time}) * 1000 as unsigned)`;
const timeOf = (milliseconds: number) => sql<string>`from_unixtime(${milliseconds} / 1000)`;
const windowStart = (windowMs: number) =>
  sql<string>`timestampadd(microsecond, ${-1_000 * Math.ceil(windowMs)}, current_timestamp(3))`;

export function recentStore({ use }: Pool): RecentStore {
  const { id, lo, hi, lastSeq, grownAt } = conversationTable;
  const { conversationId, uuid, deliveredSeq, readSeq, shownReadSeq, movedAt } = conversationMember;

  return {
    grownWithin: (windowMs, request) =>
      use(async ({ db }) => {
        const rows = await db
          .select({ conversation: id, lo, hi, lastSeq, at: millisecondsOf(grownAt) })
          .from(conversationTable)
          .where(within(grownAt, windowMs, request, ({ conversation }) => gt(id, idOf(conversation))))
          .orderBy(asc(grownAt), asc(id))
          .limit(startOf(request).rows);
        return changesOf(rows, request, ({ conversation, lo: a, hi: b, lastSeq: last }) => ({
          conversation,
          members: [a, b].filter((member) => member !== null),
          lastSeq: last,
        }));
      }),

    movedWithin: (windowMs, request) =>
      use(async ({ db }) => {
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
              within(movedAt, windowMs, request, (last) =>
                or(
                  gt(conversationId, idOf(last.conversation)),
                  and(eq(conversationId, idOf(last.conversation)), gt(uuid, userId(last.user))),
                ),
              ),
            ),
          )
          .orderBy(asc(movedAt), asc(conversationId), asc(uuid))
          .limit(startOf(request).rows);
        return changesOf(rows, request, ({ at: _, ...moved }) => moved);
      }),
  };
}

/** What changed in the window, or behind the page before: later, or at the same time and `further` by its key. */
function within(
  time: Time,
  windowMs: number,
  { cursor }: PageRequest,
  further: (last: ChangedAfter) => SQL | undefined,
): SQL | undefined {
  const last = changedAfter(cursor);
  if (last === undefined) return gte(time, windowStart(windowMs));
  const at = timeOf(last.at);
  return and(gte(time, at), or(gt(time, at), further(last)));
}
