/**
 * @module ops/file-lock
 * A file that one process at a time holds. The lock is the operating system's own, taken by way of SQLite, which
 * knows how on every platform: it holds while its process is stopped, across containers that share a volume, and
 * is gone with its process, however that ended. Nothing is written, so a full disk does not matter.
 */
import { Database, SQLiteError } from "bun:sqlite";

/** Of several that begin at once, one has the lock after at most this long; so the others know that it is taken. */
const SETTLE_MS = 500;

/**
 * Takes the lock; makes the file where it is missing. No other part of this process may open it: closing it would
 * give the lock up.
 * @returns what gives it up; undefined when another process holds it.
 * @throws Error when the file cannot be made or locked.
 */
export function lockFile(path: string): (() => void) | undefined {
  const file = new Database(path, { create: true, readwrite: true });
  try {
    file.run(`PRAGMA busy_timeout = ${SETTLE_MS}`);
    file.run("PRAGMA journal_mode = MEMORY"); // none beside the file
    file.run("BEGIN EXCLUSIVE");
    return () => file.close();
  } catch (error) {
    file.close();
    if (error instanceof SQLiteError && error.code?.startsWith("SQLITE_BUSY")) return undefined;
    throw error;
  }
}
