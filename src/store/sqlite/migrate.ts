/**
 * @module store/sqlite/migrate
 * Brings the file's schema up to date in one transaction, which also keeps a second process out meanwhile.
 */
import chatsrv from "../../../drizzle/sqlite/0000_chatsrv.sql" with { type: "text" };
import devices from "../../../drizzle/sqlite/0001_devices.sql" with { type: "text" };
import blocks from "../../../drizzle/sqlite/0002_blocks.sql" with { type: "text" };
import groups from "../../../drizzle/sqlite/0003_groups.sql" with { type: "text" };
import changes from "../../../drizzle/sqlite/0004_changes.sql" with { type: "text" };
import refusals from "../../../drizzle/sqlite/0005_refusals.sql" with { type: "text" };
import search from "../../../drizzle/sqlite/0006_search.sql" with { type: "text" };
import { MIGRATIONS_TABLE, type Migration, migration, pending } from "../migrations.ts";
import type { MigrationReport } from "../store.ts";
import type { Connection } from "./connection.ts";
import { fillSkeletons } from "./skeletons.ts";

export const migrations: readonly Migration[] = [
  migration("0000_chatsrv", chatsrv),
  migration("0001_devices", devices),
  migration("0002_blocks", blocks),
  migration("0003_groups", groups),
  migration("0004_changes", changes),
  migration("0005_refusals", refusals),
  migration("0006_search", search),
];

/** @returns what was applied. @throws AppError UNAVAILABLE */
export function migrate({ client, db, write }: Connection): Promise<MigrationReport> {
  return write(() => {
    client.run(
      `CREATE TABLE IF NOT EXISTS ${MIGRATIONS_TABLE} (name TEXT PRIMARY KEY, applied_at INTEGER NOT NULL)`,
    );
    const due = pending(migrations, applied(client));
    for (const { name, statements } of due) {
      for (const statement of statements) client.run(statement);
      client.run(`INSERT INTO ${MIGRATIONS_TABLE} VALUES (?, ?)`, [name, Date.now()]);
    }
    fillSkeletons({ db });
    return { applied: due.map(({ name }) => name) };
  });
}

/** @returns names of the migrations this file has not seen. @throws AppError UNAVAILABLE */
export function pendingMigrations({ client, read }: Connection): Promise<string[]> {
  return read(() => {
    const known = client
      .query("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?")
      .get(MIGRATIONS_TABLE);
    return pending(migrations, known ? applied(client) : []).map(({ name }) => name);
  });
}

function applied(client: Connection["client"]): string[] {
  const rows = client.query<{ name: string }, []>(`SELECT name FROM ${MIGRATIONS_TABLE}`).all();
  return rows.map(({ name }) => name);
}
