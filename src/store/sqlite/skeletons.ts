/**
 * @module store/sqlite/skeletons
 * Rows of AccountName for accounts that were registered before there was the table, or by an older release.
 */
import { asc, eq, isNull } from "drizzle-orm";
import { skeletonsOf } from "../../domain/skeleton.ts";
import type { Connection } from "./connection.ts";
import { accountName, authentication } from "./schema.ts";

/**
 * Gives accounts without skeletons theirs, the oldest first, inside a transaction. A skeleton that is another
 * account's stays with it: the younger account goes without, and works as before.
 */
export function fillSkeletons({ db }: Pick<Connection, "db">): void {
  const { uuid, username } = authentication;
  const rows = db
    .select({ uuid, username })
    .from(authentication)
    .leftJoin(accountName, eq(accountName.uuid, uuid))
    .where(isNull(accountName.uuid))
    .orderBy(asc(uuid))
    .all();
  for (const row of rows)
    for (const skeleton of skeletonsOf(row.username))
      db.insert(accountName).values({ uuid: row.uuid, skeleton }).onConflictDoNothing().run();
}
