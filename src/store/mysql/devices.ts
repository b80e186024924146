/**
 * @module store/mysql/devices
 * What devices were shown that keep nothing themselves, in MySQL: the table DeviceCursor.
 */
import { and, asc, eq, gt, sql } from "drizzle-orm";
import { conversationId } from "../../domain/ids.ts";
import { HERE, standingsOf } from "../devices.ts";
import { startOf } from "../paging.ts";
import { otherMember } from "../rows.ts";
import type { DeviceMove, DeviceStore } from "../store.ts";
import { chunks } from "./chunks.ts";
import type { Pool } from "./pool.ts";
import { conversationMember, conversationTable, deviceCursor, message } from "./schema.ts";
import { perSession } from "./session.ts";

/** Never back, whoever else moves at the same time; an account that is gone meanwhile is ignored. */
const RAISE = `INSERT IGNORE INTO DeviceCursor (uuid, device, conversation_id, delivered_seq) VALUES ?
  ON DUPLICATE KEY UPDATE delivered_seq = GREATEST(delivered_seq, VALUES(delivered_seq))`;

export function deviceStore({ use, transaction }: Pool): DeviceStore {
  return {
    begin: (user, device) =>
      transaction(async ({ db }) => {
        const here = { uuid: user, device, conversationId: conversationId(HERE) };
        const [{ affectedRows }] = await db.insert(deviceCursor).ignore().values(here);
        if (affectedRows === 0) return;
        const { uuid, conversationId: conversation, deliveredSeq } = conversationMember;
        const account = db
          .select({
            ...{ uuid, device: sql<string>`${device}`.as("device") },
            ...{ conversationId: conversation, deliveredSeq },
          })
          .from(conversationMember)
          .where(eq(uuid, user));
        await db.insert(deviceCursor).ignore().select(account);
      }),

    standings: (user, device, request) =>
      use(async (session) => {
        const { after, rows } = startOf(request);
        const found = await statements(session).standings.execute({ user, device, after, rows });
        return standingsOf(found, request);
      }),

    advance: async (moves) => {
      const rows = rowsOf(moves);
      if (rows.length === 0) return;
      await use(async ({ client, statementBytes }) => {
        for (const some of chunks(rows, (row) => row, statementBytes)) await client.query(RAISE, [some]);
      });
    },
  };
}

type Row = readonly [user: number, device: string, conversation: number, seq: number];

/** In one order for everybody, so that two processes that move the same cursors do not deadlock. */
function rowsOf(moves: readonly DeviceMove[]): Row[] {
  const rows = moves.map(({ user, device, conversation, shown }): Row => [user, device, conversation, shown]);
  return rows.sort((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : Number(a[1] > b[1])) || a[2] - b[2]);
}

const statements = perSession((db) => {
  const value = sql.placeholder;
  const { id, kind, lo, hi, lastSeq } = conversationTable;
  const own = conversationMember;
  const next = sql`coalesce(${deviceCursor.deliveredSeq}, 0) + 1`;
  return {
    standings: db
      .select({
        ...{ conversation: own.conversationId, peer: otherMember(own.uuid, { lo, hi }), lastSeq },
        ...{ shownSeq: deviceCursor.deliveredSeq, waitingSince: message.at },
      })
      .from(own)
      .innerJoin(conversationTable, eq(id, own.conversationId))
      .leftJoin(
        deviceCursor,
        and(
          eq(deviceCursor.uuid, own.uuid),
          eq(deviceCursor.device, value("device")),
          eq(deviceCursor.conversationId, id),
        ),
      )
      .leftJoin(message, and(eq(message.conversationId, id), eq(message.seq, next)))
      .where(and(eq(own.uuid, value("user")), eq(kind, "direct"), gt(own.conversationId, value("after"))))
      .orderBy(asc(own.conversationId))
      .limit(value("rows"))
      .prepare(),
  };
});
