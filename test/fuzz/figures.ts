/**
 * @module fuzz/figures
 * What a server holds at one moment, so that two moments can be compared: memory, descriptors, sessions, keys in
 * Redis, rows in SQLite.
 */
import { Database } from "bun:sqlite";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Chatsrv } from "../support/chatsrv-process.ts";
import type { RedisServer } from "../support/servers.ts";

export interface Figures {
  readonly rssMb: number;
  readonly descriptors: number;
  readonly sessions: number;
  readonly redisKeys: number;
  /** By table. */
  readonly rows: Readonly<Record<string, number>>;
}

export async function figures(server: Chatsrv, redis: RedisServer): Promise<Figures> {
  const status = readFileSync(`/proc/${server.pid}/status`, "utf8");
  return {
    rssMb: Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024),
    descriptors: readdirSync(`/proc/${server.pid}/fd`).length,
    sessions: await sessionsOf(server),
    redisKeys: await redis.command<number>("DBSIZE"),
    rows: rowsOf(join(server.dataDir, "chatsrv.db")),
  };
}

/** Sessions that the server counts itself. */
export async function sessionsOf(server: Chatsrv): Promise<number> {
  const metrics = await (await fetch(`http://${server.address("admin")}/metrics`)).text();
  return Number(/^chatsrv_sessions (\d+)/m.exec(metrics)?.[1]);
}

function rowsOf(path: string): Record<string, number> {
  const database = new Database(path, { readonly: true });
  const tables = database
    .query<{ name: string }, []>(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name",
    )
    .all();
  const count = (name: string) =>
    database.query<{ n: number }, []>(`SELECT count(*) AS n FROM "${name}"`).get()?.n ?? 0;
  const rows = Object.fromEntries(tables.map(({ name }) => [name, count(name)]));
  database.close();
  return rows;
}

/** The figures of two moments side by side, a line each; rows of tables that did not change together. */
export function compared(before: Figures, after: Figures): string[] {
  const line = (what: string, from: number, to: number, unit = "") =>
    `  ${what.padEnd(28)} ${`${from}${unit}`.padStart(9)}  ->  ${`${to}${unit}`.padStart(9)}`;
  const changed = Object.keys(after.rows).filter((name) => after.rows[name] !== before.rows[name]);
  const same = Object.keys(after.rows).filter((name) => after.rows[name] === before.rows[name]);
  return [
    line("resident memory", before.rssMb, after.rssMb, " MB"),
    line("descriptors", before.descriptors, after.descriptors),
    line("sessions", before.sessions, after.sessions),
    line("keys in Redis", before.redisKeys, after.redisKeys),
    ...changed.map((name) => line(`rows of ${name}`, before.rows[name] ?? 0, after.rows[name] ?? 0)),
    `  unchanged rows: ${same.map((name) => `${name} ${after.rows[name]}`).join(", ")}`,
  ];
}
