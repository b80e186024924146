/**
 * @module store/mysql/pool
 * The connections of one process: how a call gets one, how long it may take, what happens to one that broke.
 */
import { createPool, type PoolConnection } from "mysql2";
import { unavailable } from "../../domain/error.ts";
import { within } from "../../lib/deadline.ts";
import type { Logger } from "../../lib/log.ts";
import {
  breaksConnection,
  driverError,
  hung,
  isCrowded,
  isHung,
  lostRace,
  timedOut,
  translated,
} from "./errors.ts";
import { keepAlive } from "./heartbeat.ts";
import { connectionOptions, type MySqlOptions } from "./options.ts";
import { openSession, type Session, verify } from "./session.ts";

/** Milliseconds for one try of a call, waiting for a connection included; after them it is not tried again. */
const CALL_TIMEOUT_MS = 10_000;
/**
 * Milliseconds that work which only reads may take once it has a connection: one that takes longer hangs, as on a
 * connection that is gone without a word, and is read on another.
 */
const READ_PATIENCE_MS = 3_000;
/** Calls that may wait for a connection; more are refused. */
const QUEUE_LIMIT = 10_000;
const LOST_RACE_ATTEMPTS = 20;
/** The longest first pause before another try; it doubles up to 16 times that. */
const RETRY_PAUSE_MS = 4;
/** How long a connection counts as one to the primary without asking it. */
const TRUSTED_MS = 2_000;
/** How long it may take to answer that. Milliseconds. */
const VERIFY_PATIENCE_MS = 2_000;

export interface Pool {
  /**
   * Runs `work` on a connection of its own; each statement is a transaction, so at most one may write. It is run
   * again, from its start, when it lost against another process (deadlock, lock timeout).
   * @throws AppError
   */
  use<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** As `use`, for work that only reads: on another connection, from its start, when the first one does not answer. */
  read<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /**
   * Runs `work` as one transaction, rolled back when it throws, and run again as in `use`.
   * @throws AppError UNAVAILABLE also when the answer to the commit was lost; it may have taken effect then.
   */
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** A connection that was made ready. */
interface Known {
  readonly session: Session;
  /** When its server was last asked whether it is the primary; milliseconds, monotonic. */
  verified: number;
  /** When it last gave an answer; milliseconds, monotonic. */
  answered: number;
}

/** Opens no connection yet: a server that is away shows in the calls. */
export function openPool(options: MySqlOptions, logger: Logger): Pool {
  const pool = createPool({
    ...connectionOptions(options),
    connectionLimit: options.poolSize,
    queueLimit: QUEUE_LIMIT,
  });
  const known = new WeakMap<PoolConnection, Known>();
  const heartbeat = keepAlive(pool, options.heartbeatSeconds, CALL_TIMEOUT_MS, logger);
  let closed = false;
  /** When a connection broke last: all that are older are asked before they are used. */
  let doubted = 0;
  /**
   * Since when a connection hung last: all that have not answered since are given up unasked, for asking each would take
   * as long, one after the other.
   */
  let silentSince = Number.NEGATIVE_INFINITY;

  function acquire(): Promise<PoolConnection> {
    return new Promise((resolve, reject) =>
      pool.getConnection((error, connection) => {
        if (!error) resolve(connection);
        // One without a code is the pool's own: closed, or too many are waiting.
        else reject(driverError(error) ? error : unavailable("a connection to MySQL", error));
      }),
    );
  }

  /** The session of a connection that was taken out of the pool. @throws when it is of no use. */
  async function sessionOf(connection: PoolConnection): Promise<Session> {
    const asked = performance.now();
    const before = known.get(connection);
    if (before === undefined) {
      const session = await openSession(connection, options);
      known.set(connection, { session, verified: asked, answered: performance.now() });
      return session;
    }
    if (before.verified <= Math.max(doubted, asked - TRUSTED_MS)) {
      await within(VERIFY_PATIENCE_MS, verify(before.session.client));
      before.verified = asked;
      before.answered = performance.now();
    }
    return before.session;
  }

  /** Whether a connection was silent for as long as one that hung. */
  const isSuspect = (connection: PoolConnection) =>
    (known.get(connection)?.answered ?? Number.POSITIVE_INFINITY) < silentSince;

  /**
   * One try of a call, within its time, on one connection, which is given back or given up.
   * @param patienceMs how long it may take once the connection is ready; as long as the call may unless given
   */
  async function attempt<T>(work: (session: Session) => Promise<T>, patienceMs?: number): Promise<T> {
    if (closed) throw unavailable("the closed store");
    let held: PoolConnection | undefined;
    let late = false;
    const deadline = Promise.withResolvers<never>();
    const end = (error: Error) => {
      late = true;
      deadline.reject(error);
    };
    const timer = setTimeout(() => end(timedOut(CALL_TIMEOUT_MS)), CALL_TIMEOUT_MS);
    let patience: Timer | undefined;
    let heldSince = 0;
    const giveUp = (isSilent = false) => {
      doubted = performance.now();
      if (isSilent && heldSince > 0) silentSince = Math.max(silentSince, heldSince);
      held?.destroy();
      held = undefined;
    };
    const begin = async (): Promise<Session> => {
      for (;;) {
        const connection = await acquire();
        if (late) {
          connection.release();
          throw timedOut(CALL_TIMEOUT_MS);
        }
        held = connection;
        if (isSuspect(connection)) {
          giveUp();
          continue;
        }
        heldSince = performance.now();
        const isNew = !known.has(connection);
        try {
          const session = await sessionOf(connection);
          // Making a new one ready takes several round trips, which to a server far away are seconds.
          if (patienceMs !== undefined) patience = setTimeout(() => end(hung(patienceMs)), patienceMs);
          return session;
        } catch (thrown) {
          giveUp();
          // An old connection speaks for itself alone; a new one says how the server is.
          if (isNew || late) throw thrown;
        }
      }
    };
    try {
      const result = await Promise.race([begin().then(work), deadline.promise]);
      const standing = held && known.get(held);
      if (standing !== undefined) standing.answered = performance.now();
      held?.release();
      return result;
    } catch (thrown) {
      if (breaksConnection(thrown)) giveUp(late);
      else held?.release();
      throw thrown;
    } finally {
      clearTimeout(timer);
      clearTimeout(patience);
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

  /** A call, tried again from its start when it lost against another one, or had no connection to begin on. */
  async function call<T>(work: (session: Session) => Promise<T>, patienceMs?: number): Promise<T> {
    const began = performance.now();
    for (let tries = 1; ; tries += 1) {
      try {
        return await attempt(work, patienceMs);
      } catch (thrown) {
        const again = isCrowded(thrown) || isHung(thrown) || (lostRace(thrown) && tries < LOST_RACE_ATTEMPTS);
        if (!again || performance.now() - began > CALL_TIMEOUT_MS) throw translated(thrown);
      }
      await Bun.sleep(Math.random() * RETRY_PAUSE_MS * 2 ** Math.min(tries, 4));
    }
  }

  return {
    use: (work) => call(work),
    read: (work) => call(work, READ_PATIENCE_MS),
    transaction: (work) => call((session) => inTransaction(session, work)),
    close: () => {
      if (closed) return Promise.resolve();
      closed = true;
      heartbeat.stop();
      return new Promise((resolve) => pool.end(() => resolve()));
    },
  };
}
