/**
 * @module store/mysql/skeletons
 * Rows of AccountName for accounts that were registered without: before there was the table, or by an older process
 * of a cluster that is being renewed.
 */
import type { Connection, ResultSetHeader, RowDataPacket } from "mysql2/promise";
import { skeletonsOf } from "../../domain/skeleton.ts";

/** Accounts read at a time. */
const BATCH = 500;
/** How far ids may lie apart whose registrations ran at once. */
const AT_ONCE = 100;

interface Row {
  readonly uuid: number;
  readonly username: string;
}

/**
 * Gives accounts without skeletons theirs, the oldest first. A skeleton that is another account's stays with it:
 * the younger account goes without, and works as before.
 * @param after looks at accounts beyond this id only. @returns how many skeletons were stored.
 */
export async function fillSkeletons(client: Pick<Connection, "query">, after = 0): Promise<number> {
  let stored = 0;
  for (let at = after; ; ) {
    const [rows] = await client.query<(RowDataPacket & Row)[]>(
      `SELECT a.uuid, a.username FROM Authentication a LEFT JOIN AccountName n ON n.uuid = a.uuid
       WHERE a.uuid > ? AND n.uuid IS NULL ORDER BY a.uuid LIMIT ?`,
      [at, BATCH],
    );
    const last = rows.at(-1);
    if (last === undefined) return stored;
    at = last.uuid;
    const pairs = rows.flatMap(({ uuid, username }) => skeletonsOf(username).map((shape) => [uuid, shape]));
    const [{ affectedRows }] = await client.query<ResultSetHeader>(
      "INSERT IGNORE INTO AccountName (uuid, skeleton) VALUES ?",
      [pairs],
    );
    stored += affectedRows;
  }
}

/** The same for what an older process registered lately; costs one look where there is none. */
export async function fillRecentSkeletons(client: Pick<Connection, "query">): Promise<void> {
  const [rows] = await client.query<(RowDataPacket & { last: number | null })[]>(
    "SELECT MAX(uuid) AS last FROM AccountName",
  );
  await fillSkeletons(client, Math.max(0, (rows[0]?.last ?? 0) - AT_ONCE));
}
