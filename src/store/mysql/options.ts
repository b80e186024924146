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
  /** Seconds between two pings of every open connection. */
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

/**
 * Run first on every connection. READ COMMITTED takes no gap locks; strict mode refuses what does not fit
 * instead of cutting it; backslashes escape, which the driver's escaping relies on.
 */
export const SESSION_SETTINGS: readonly string[] = [
  `SET NAMES utf8mb4 COLLATE ${COLLATION}`,
  "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', innodb_lock_wait_timeout = 3",
  "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
];
