/**
 * @module store/mysql/pool
 * The connections of one process: how a call gets one, how long it may take, what happens to one that broke.
 */
import { drizzle, type MySql2Database } from "drizzle-orm/mysql2";
import { createPool, type PoolConnection } from "mysql2";
import type { PoolConnection as Client } from "mysql2/promise";
import { unavailable } from "../../domain/error.ts";
import type { Logger } from "../../lib/log.ts";
import { breaksConnection, driverError, isDeadlock, timedOut, translated } from "./errors.ts";
import { keepAlive } from "./heartbeat.ts";
import { connectionOptions, type MySqlOptions, SESSION_SETTINGS } from "./options.ts";

/** Milliseconds for one try of a call, waiting for a connection included; after them it is not tried again. */
const CALL_TIMEOUT_MS = 10_000;
/** Calls that may wait for a connection; more are refused. */
const QUEUE_LIMIT = 10_000;
const DEADLOCK_ATTEMPTS = 20;
/** The longest first pause after a deadlock; it doubles up to 16 times that. */
const DEADLOCK_PAUSE_MS = 4;

/** One connection while a call uses it. */
export interface Session {
  readonly db: MySql2Database;
  /** The driver's own, for bulk inserts. */
  readonly client: Client;
}

export interface Pool {
  /**
   * Runs `work` on a connection of its own; each statement is a transaction, so at most one may write. It is run
   * again, from its start, when it lost against another process (deadlock, lock timeout).
   * @throws AppError
   */
  use<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /**
   * Runs `work` as one transaction, rolled back when it throws, and run again as in `use`.
   * @throws AppError UNAVAILABLE also when the answer to the commit was lost; it may have taken effect then.
   */
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Opens no connection yet: a server that is away shows in the calls. */
export function openPool(options: MySqlOptions, logger: Logger): Pool {
  const pool = createPool({
    ...connectionOptions(options),
    connectionLimit: options.poolSize,
    queueLimit: QUEUE_LIMIT,
  });
  const sessions = new WeakMap<PoolConnection, Session>();
  const heartbeat = keepAlive(pool, options.heartbeatSeconds, CALL_TIMEOUT_MS, logger);
  let closed = false;

  pool.on("connection", (connection) => {
    // Queued in the connection before anything the call sends. One that fails breaks the connection.
    for (const statement of SESSION_SETTINGS)
      connection.query(statement, (error) => {
        if (error) connection.destroy();
      });
  });

  function sessionOf(connection: PoolConnection): Session {
    let session = sessions.get(connection);
    if (session === undefined) {
      const client = connection.promise();
      session = { client, db: drizzle({ client: connection }) };
      sessions.set(connection, session);
    }
    return session;
  }

  function acquire(): Promise<PoolConnection> {
    return new Promise((resolve, reject) =>
      pool.getConnection((error, connection) => {
        if (!error) resolve(connection);
        // One without a code is the pool's own: closed, or too many are waiting.
        else reject(driverError(error) ? error : unavailable("a connection to MySQL", error));
      }),
    );
  }

  /** One try of a call, within its time, on one connection, which is given back or given up. */
  async function attempt<T>(work: (session: Session) => Promise<T>): Promise<T> {
    if (closed) throw unavailable("the closed store");
    let held: PoolConnection | undefined;
    let late = false;
    let timer: Timer | undefined;
    const deadline = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        late = true;
        reject(timedOut(CALL_TIMEOUT_MS));
      }, CALL_TIMEOUT_MS);
    });
    const run = async () => {
      const connection = await acquire();
      if (late) {
        connection.release();
        throw timedOut(CALL_TIMEOUT_MS);
      }
      held = connection;
      return work(sessionOf(connection));
    };
    try {
      const result = await Promise.race([run(), deadline]);
      held?.release();
      return result;
    } catch (thrown) {
      if (breaksConnection(thrown)) held?.destroy();
      else held?.release();
      throw thrown;
    } finally {
      clearTimeout(timer);
    }
  }

  /** @throws what made it fail; the connection's own error when not even the rollback came through. */
  async function inTransaction<T>(session: Session, work: (session: Session) => Promise<T>): Promise<T> {
    const { client } = session;
    await client.query("START TRANSACTION");
    try {
      const result = await work(session);
      await client.query("COMMIT");
      return result;
    } catch (thrown) {
      if (!breaksConnection(thrown)) await client.query("ROLLBACK");
      throw thrown;
    }
  }

  /** A call, tried again from its start when it lost against another one. */
  async function call<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const began = performance.now();
    for (let tries = 1; ; tries += 1) {
      try {
        return await attempt(work);
      } catch (thrown) {
        const mayRetry = tries < DEADLOCK_ATTEMPTS && performance.now() - began < CALL_TIMEOUT_MS;
        if (!mayRetry || !isDeadlock(thrown)) throw translated(thrown);
      }
      await Bun.sleep(Math.random() * DEADLOCK_PAUSE_MS * 2 ** Math.min(tries, 4));
    }
  }

  return {
    use: call,
    transaction: (work) => call((session) => inTransaction(session, work)),
    close: () => {
      if (closed) return Promise.resolve();
      closed = true;
      heartbeat.stop();
      return new Promise((resolve) => pool.end(() => resolve()));
    },
  };
}

/** Statements prepared once per connection. */
export function perSession<T>(prepare: (db: MySql2Database) => T): (session: Session) => T {
  const prepared = new WeakMap<Session, T>();
  return (session) => {
    let statements = prepared.get(session);
    if (statements === undefined) {
      statements = prepare(session.db);
      prepared.set(session, statements);
    }
    return statements;
  };
}
