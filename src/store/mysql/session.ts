/**
 * @module store/mysql/session
 * One connection while a call uses it: how it is made ready, and whether it is still one to write on.
 */
import { drizzle, type MySql2Database } from "drizzle-orm/mysql2";
import type { PoolConnection } from "mysql2";
import type { PoolConnection as Client, Connection, RowDataPacket } from "mysql2/promise";
import { readOnlyServer } from "./errors.ts";
import { type MySqlOptions, sessionSettings } from "./options.ts";

export interface Session {
  readonly db: MySql2Database;
  /** The driver's own, for bulk inserts. */
  readonly client: Client;
  /** Bytes that one statement may have: half of what the server takes, so that no estimate has to be exact. */
  readonly statementBytes: number;
}

/** What the server says of itself. */
interface Standing extends RowDataPacket {
  readonly readOnly: number;
  readonly packetBytes: number;
}

/**
 * A primary that was demoted goes on answering reads. Asked, not waited for: a user with every privilege may write
 * on a server that is read-only, and what it writes there is lost.
 */
export const READ_ONLY = "@@global.read_only OR @@global.innodb_read_only";

/**
 * A node of Galera may be behind what another one committed: whatever reads or begins a transaction waits until it
 * has caught up.
 */
const CAUSAL_READS = "SET SESSION wsrep_sync_wait = 15";

/**
 * Makes a new connection ready: nothing it does hangs on how the server is configured.
 * @returns bytes of one packet at most. @throws when a setting is refused or the server is read-only.
 */
export async function prepare(
  client: Pick<Connection, "query">,
  options: Pick<MySqlOptions, "heartbeatSeconds">,
): Promise<number> {
  for (const statement of sessionSettings(options)) await client.query(statement);
  const [galera] = await client.query<RowDataPacket[]>("SHOW VARIABLES LIKE 'wsrep_on'");
  if (galera[0]?.Value === "ON") await client.query(CAUSAL_READS);
  return verify(client);
}

/** @returns bytes of one packet at most. @throws when the server is read-only, or no part of its cluster. */
export async function verify(client: Pick<Connection, "query">): Promise<number> {
  const [rows] = await client.query<Standing[]>(
    // From a table, for a node of Galera that has lost its cluster still answers what needs none.
    `SELECT ${READ_ONLY} AS readOnly, @@max_allowed_packet AS packetBytes FROM (SELECT 1) AS one`,
  );
  const [{ readOnly, packetBytes } = { readOnly: 1, packetBytes: 0 }] = rows;
  if (readOnly) throw readOnlyServer();
  return packetBytes;
}

/** The session of a new connection. @throws as `prepare` */
export async function openSession(connection: PoolConnection, options: MySqlOptions): Promise<Session> {
  const client = connection.promise();
  const packetBytes = await prepare(client, options);
  return { client, db: drizzle({ client: connection }), statementBytes: packetBytes / 2 };
}

/** Statements prepared once per connection. */
export function perSession<T>(make: (db: MySql2Database) => T): (session: Session) => T {
  const prepared = new WeakMap<Session, T>();
  return (session) => {
    let statements = prepared.get(session);
    if (statements === undefined) {
      statements = make(session.db);
      prepared.set(session, statements);
    }
    return statements;
  };
}
