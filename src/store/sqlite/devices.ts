/**
 * @module store/sqlite/devices
 * What devices were shown that keep nothing themselves, in SQLite: the table DeviceCursor.
 */
import { and, asc, eq, gt, sql } from "drizzle-orm";
import type { ConversationId } from "../../domain/ids.ts";
import { HERE, standingsOf } from "../devices.ts";
import { lazy } from "../lazy.ts";
import { startOf } from "../paging.ts";
import { otherMember } from "../rows.ts";
import type { DeviceStore } from "../store.ts";
import type { Connection } from "./connection.ts";
import { authentication, conversationMember, conversationTable, deviceCursor, message } from "./schema.ts";

export function deviceStore({ db, read, write }: Connection): DeviceStore {
  const statements = lazy(() => prepare(db));

  return {
    begin: (user, device) =>
      write(() => {
        const { here, copy } = statements();
        const marked = here.all({ user, device });
        if (marked.length > 0) copy.run({ user, device });
      }),

    standings: (user, device, request) =>
      read(() => {
        const { after, rows } = startOf(request);
        const found = statements().standings.all({ user, device, after, rows });
        return standingsOf(found, request);
      }),

    advance: (moves) =>
      write(() => {
        for (const move of moves) statements().raise.run({ ...move });
      }),
  };
}

function prepare(db: Connection["db"]) {
  const value = sql.placeholder;
  const { id, kind, lo, hi, lastSeq } = conversationTable;
  const own = conversationMember;
  const next = sql`coalesce(${deviceCursor.deliveredSeq}, 0) + 1`;
  const device = sql<string>`${value("device")}`.as("device");
  return {
    here: db
      .insert(deviceCursor)
      .select(
        db
          .select({
            ...{ uuid: authentication.uuid, device },
            conversationId: sql<ConversationId>`${HERE}`.as("conversation_id"),
            deliveredSeq: sql<number>`0`.as("delivered_seq"),
          })
          .from(authentication)
          .where(eq(authentication.uuid, value("user"))),
      )
      .onConflictDoNothing()
      .returning({ device: deviceCursor.device })
      .prepare(),
    copy: db
      .insert(deviceCursor)
      .select(
        db
          .select({
            ...{ uuid: own.uuid, device },
            ...{ conversationId: own.conversationId, deliveredSeq: own.deliveredSeq },
          })
          .from(own)
          .where(eq(own.uuid, value("user"))),
      )
      .onConflictDoNothing()
      .prepare(),
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
    raise: db
      .insert(deviceCursor)
      .select(
        db
          .select({
            ...{ uuid: authentication.uuid, device },
            conversationId: sql<ConversationId>`${value("conversation")}`.as("conversation_id"),
            deliveredSeq: sql<number>`${value("shown")}`.as("delivered_seq"),
          })
          .from(authentication)
          .where(eq(authentication.uuid, value("user"))),
      )
      .onConflictDoUpdate({
        target: [deviceCursor.uuid, deviceCursor.device, deviceCursor.conversationId],
        set: { deliveredSeq: sql`max(${deviceCursor.deliveredSeq}, excluded.delivered_seq)` },
      })
      .prepare(),
  };
}
