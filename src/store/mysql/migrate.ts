/**
 * @module store/mysql/migrate
 * Brings the database's schema up to date. A lock of the server's keeps other processes out meanwhile. DDL cannot
 * be rolled back: a migration is recorded when it starts, and one that was cut off is run again, passing over
 * the statements that took effect.
 */
import type { Connection, RowDataPacket } from "mysql2/promise";
import { createConnection } from "mysql2/promise";
import original from "../../../drizzle/mysql/0000_original.sql" with { type: "text" };
import chatsrv from "../../../drizzle/mysql/0001_chatsrv.sql" with { type: "text" };
import devices from "../../../drizzle/mysql/0002_devices.sql" with { type: "text" };
import blocks from "../../../drizzle/mysql/0003_blocks.sql" with { type: "text" };
import groups from "../../../drizzle/mysql/0004_groups.sql" with { type: "text" };
import changes from "../../../drizzle/mysql/0005_changes.sql" with { type: "text" };
import refusals from "../../../drizzle/mysql/0006_refusals.sql" with { type: "text" };
import search from "../../../drizzle/mysql/0007_search.sql" with { type: "text" };
import { AppError } from "../../domain/error.ts";
import { MIGRATIONS_TABLE, type Migration, migration, pending } from "../migrations.ts";
import type { MigrationReport } from "../store.ts";
import { isAlreadyThere, translated } from "./errors.ts";
import { connectionOptions, type MySqlOptions } from "./options.ts";
import { prepare } from "./session.ts";
import { fillSkeletons } from "./skeletons.ts";

/** The original's four tables: what an adopted database has already. */
export const baseline = migration("0000_original", original);
export const migrations: readonly Step[] = [
  baseline,
  migration("0001_chatsrv", chatsrv),
  { ...migration("0002_devices", devices), fill: fillSkeletons },
  migration("0003_blocks", blocks),
  migration("0004_groups", groups),
  migration("0005_changes", changes),
  migration("0006_refusals", refusals),
  migration("0007_search", search),
];

/** A migration, and what it computes for the rows that are there; both are run again when they were cut off. */
interface Step extends Migration {
  readonly fill?: (client: Connection) => Promise<unknown>;
}

/** Seconds to wait for another process that is migrating. */
const LOCK_SECONDS = 600;
/** Nothing pings this connection, and a password takes its time to be hashed. */
const QUIET_SECONDS = 3_600;

/**
 * Runs `work` on a connection of its own, without a limit of time, while no other process migrates.
 * @throws AppError UNAVAILABLE
 */
export async function exclusively<T>(
  options: MySqlOptions,
  work: (client: Connection) => Promise<T>,
): Promise<T> {
  let client: Connection | undefined;
  try {
    client = await createConnection(connectionOptions(options));
    await prepare(client, { heartbeatSeconds: QUIET_SECONDS });
    const lock = new Bun.CryptoHasher("sha256").update(options.database).digest("hex").slice(0, 32);
    const [rows] = await client.query<RowDataPacket[]>("SELECT GET_LOCK(?, ?) AS held", [
      `chatsrv.migrate.${lock}`,
      LOCK_SECONDS,
    ]);
    if (rows[0]?.held !== 1) throw new AppError("UNAVAILABLE", { detail: "another process is migrating" });
    return await work(client);
  } catch (thrown) {
    throw translated(thrown);
  } finally {
    // The lock goes with its connection.
    client?.destroy();
  }
}

/** @returns what was applied. @throws AppError UNAVAILABLE */
export function migrate(options: MySqlOptions): Promise<MigrationReport> {
  return exclusively(options, applyPending);
}

/**
 * Applies what is due, on the connection that holds the lock.
 * @throws AppError UNSUPPORTED when the tables are the original's own and nobody adopted them.
 */
export async function applyPending(client: Connection): Promise<MigrationReport> {
  await requireGround(client);
  const journal = await readJournal(client);
  if (journal.length === 0 && (await hasTable(client, "Authentication")))
    throw new AppError("UNSUPPORTED", {
      detail: "the database holds tables of the original system; take it over with chatsrv migrate --adopt",
    });
  await createJournal(client);
  const due = pending(migrations, finished(journal));
  for (const { name, statements, fill } of due) {
    await client.query(`INSERT IGNORE INTO ${MIGRATIONS_TABLE} (name) VALUES (?)`, [name]);
    const resumed = journal.some((entry) => entry.name === name);
    for (const statement of statements)
      await client.query(statement).catch((thrown: unknown) => {
        if (!resumed || !isAlreadyThere(thrown)) throw thrown;
      });
    await fill?.(client);
    await finish(client, name);
  }
  // Older processes of a cluster that is being renewed go on registering without skeletons.
  await fillSkeletons(client);
  return { applied: due.map(({ name }) => name) };
}

/** Records a migration as applied without running it. */
export async function recordApplied(client: Connection, { name }: Migration): Promise<void> {
  await createJournal(client);
  await client.query(`INSERT IGNORE INTO ${MIGRATIONS_TABLE} (name) VALUES (?)`, [name]);
  await finish(client, name);
}

/** Settings of a server on which the tables can be made and nothing can be written to them, and what to do. */
const UNFIT: readonly (readonly [name: string, value: string, mend: string])[] = [
  // Accounts take with them what is theirs by cascading foreign keys: error 3098.
  [
    "group_replication_single_primary_mode",
    "OFF",
    "MySQL group replication in multi-primary mode refuses tables with cascading foreign keys; switch it over: SELECT group_replication_switch_to_single_primary_mode()",
  ],
  // Error 1665.
  [
    "binlog_format",
    "STATEMENT",
    "binlog_format=STATEMENT cannot log what is read as committed; set it to ROW (or MIXED)",
  ],
];

/** @throws AppError UNSUPPORTED */
async function requireGround(client: Pick<Connection, "query">): Promise<void> {
  const [rows] = await client.query<RowDataPacket[]>("SHOW VARIABLES WHERE Variable_name IN (?)", [
    ["log_bin", ...UNFIT.map(([name]) => name)],
  ]);
  const values = new Map(rows.map(({ Variable_name: name, Value: value }) => [name, value]));
  // Without a log its format is of no account.
  if (values.get("log_bin") !== "ON") values.delete("binlog_format");
  for (const [name, value, detail] of UNFIT)
    if (values.get(name) === value) throw new AppError("UNSUPPORTED", { detail });
}

/** @returns names of the migrations this database has not seen. @throws AppError UNSUPPORTED */
export async function pendingNames(client: Pick<Connection, "query">): Promise<string[]> {
  await requireGround(client);
  return pending(migrations, finished(await readJournal(client))).map(({ name }) => name);
}

export async function hasTable(client: Pick<Connection, "query">, name: string): Promise<boolean> {
  const [rows] = await client.query<RowDataPacket[]>(
    "SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?",
    [name],
  );
  return rows.length > 0;
}

interface JournalEntry {
  readonly name: string;
  /** Milliseconds since 1970; null while it is being applied, or when that was cut off. */
  readonly applied_at: number | null;
}

async function readJournal(client: Pick<Connection, "query">): Promise<JournalEntry[]> {
  if (!(await hasTable(client, MIGRATIONS_TABLE))) return [];
  const [rows] = await client.query<(RowDataPacket & JournalEntry)[]>(
    `SELECT name, applied_at FROM ${MIGRATIONS_TABLE}`,
  );
  return rows;
}

const finished = (journal: readonly JournalEntry[]) =>
  journal.filter((entry) => entry.applied_at !== null).map(({ name }) => name);

async function createJournal(client: Connection): Promise<void> {
  await client.query(
    `CREATE TABLE IF NOT EXISTS ${MIGRATIONS_TABLE}
       (name VARCHAR(191) NOT NULL PRIMARY KEY, applied_at BIGINT NULL) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`,
  );
}

async function finish(client: Connection, name: string): Promise<void> {
  await client.query(`UPDATE ${MIGRATIONS_TABLE} SET applied_at = ? WHERE name = ? AND applied_at IS NULL`, [
    Date.now(),
    name,
  ]);
}
