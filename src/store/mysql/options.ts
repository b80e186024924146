/**
 * @module store/mysql/options
 * What the adapter is opened with, and the driver's settings that follow from it.
 */
import type { ConnectionOptions } from "mysql2";

export interface MySqlOptions {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  /** Must exist; `migrate` fills it. */
  readonly database: string;
  /** Connections at most. */
  readonly poolSize: number;
  /** Seconds between two pings of every open connection; after three without one the server gives it up. */
  readonly heartbeatSeconds: number;
  /** TLS with the server's certificate verified. */
  readonly tls: boolean;
  /** PEM of the authority to verify against; the system's own when undefined. */
  readonly tlsCa?: string | undefined;
}

/** Milliseconds after which a server that does not answer counts as away. */
const CONNECT_TIMEOUT_MS = 2_000;

/** The collation of connections and tables; see schema.ts. */
export const COLLATION = "utf8mb4_unicode_520_ci";

export function connectionOptions(options: MySqlOptions): ConnectionOptions {
  const { host, port, username: user, password, database, tls, tlsCa } = options;
  return {
    ...{ host, port, user, password, database },
    charset: "utf8mb4",
    connectTimeout: CONNECT_TIMEOUT_MS,
    // Stack traces across calls cost more than the calls.
    trace: false,
    ...(tls && { ssl: { rejectUnauthorized: true, verifyIdentity: true, ...(tlsCa && { ca: tlsCa }) } }),
  };
}

/** How often the heartbeat may fail to come before the server gives a connection up, with the locks it holds. */
const MISSED_HEARTBEATS = 3;

/**
 * Run first on every connection, so that nothing hangs on the server's defaults or on what its operator made of
 * them. Strict mode refuses what does not fit instead of cutting it; backslashes escape and double quotes quote
 * texts, which the driver's escaping relies on; each statement is a transaction of its own unless one was
 * started; UTC knows no hour twice.
 */
export function sessionSettings({
  heartbeatSeconds,
}: Pick<MySqlOptions, "heartbeatSeconds">): readonly string[] {
  const settings = {
    sql_mode:
      "'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
    time_zone: "'+00:00'",
    autocommit: 1,
    completion_type: 0,
    foreign_key_checks: 1,
    unique_checks: 1,
    sql_safe_updates: 0,
    sql_select_limit: "18446744073709551615",
    sql_big_selects: 1,
    // Which index or column an error is about stands in its words.
    lc_messages: "'en_US'",
    innodb_lock_wait_timeout: 3,
    wait_timeout: MISSED_HEARTBEATS * heartbeatSeconds,
  };
  const list = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  return [
    `SET NAMES utf8mb4 COLLATE ${COLLATION}`,
    `SET SESSION ${list.join(", ")}`,
    // READ COMMITTED takes no gap locks.
    "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE",
  ];
}
