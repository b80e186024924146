/**
 * @module store/sqlite/connection
 * The one connection of the embedded store. SQLite is called synchronously, so a transaction never spans an
 * await and calls of this process never meet; other processes on the same file (`chatsrv trace` beside a
 * server) are waited for.
 */
import { Database } from "bun:sqlite";
import { mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type BunSQLiteDatabase, drizzle } from "drizzle-orm/bun-sqlite";
import { unavailable } from "../../domain/error.ts";
import { isBusy, translated } from "./errors.ts";

/** Milliseconds SQLite itself waits for a lock; the event loop stands still meanwhile. */
const BUSY_TIMEOUT_MS = 250;
/** How often a call is tried while another process holds the lock, and the longest pause in between. */
const BUSY_ATTEMPTS = 25;
const BUSY_PAUSE_MS = 200;
const CACHE_KIB = 16_384;
/** Pages in the log before they are moved into the file: a page that changes often is moved once. */
const CHECKPOINT_PAGES = 4_000;
const WAL_LIMIT_BYTES = 64 * 1024 * 1024;

export interface Connection {
  readonly client: Database;
  readonly db: BunSQLiteDatabase;
  /** Runs reads. @throws AppError UNAVAILABLE */
  read<T>(work: () => T): Promise<T>;
  /** Runs `work` as one transaction, rolled back when it throws. @throws AppError UNAVAILABLE */
  write<T>(work: () => T): Promise<T>;
  close(): void;
}

/**
 * Opens the file, making it and its directory (for this user alone) where they are missing.
 * @throws AppError UNAVAILABLE
 */
export async function connect(path: string): Promise<Connection> {
  const file = resolve(path);
  const client = await attempt(file, () => openFile(file));
  let closed = false;
  const whileOpen = <T>(work: () => T): Promise<T> =>
    attempt(file, () => {
      if (closed) throw unavailable("the closed store");
      return work();
    });
  return {
    client,
    db: drizzle({ client }),
    read: whileOpen,
    // Immediate: a transaction that starts as a reader cannot become a writer once another one wrote.
    write: (work) => whileOpen(() => client.transaction(work).immediate()),
    close: () => {
      if (closed) return;
      closed = true;
      closeFile(client);
    },
  };
}

/** Leaves everything in the one file where no other process has it open, so that it can be copied. */
function closeFile(client: Database): void {
  try {
    client.run("PRAGMA wal_checkpoint(TRUNCATE)");
  } catch {
    // The disk is full: all is in the log beside the file, and safe there.
  }
  client.close();
}

function openFile(path: string): Database {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw unavailable(`the directory of ${path}`, cause);
  }
  const client = new Database(path, { create: true, readwrite: true });
  try {
    client.run(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    client.run("PRAGMA journal_mode = WAL");
    // A commit is on the disk when it returns, also if power fails right then.
    client.run("PRAGMA synchronous = FULL");
    client.run("PRAGMA foreign_keys = ON");
    // What was deleted or overwritten is gone from the pages that are written then, and so from a copy of the file.
    client.run("PRAGMA secure_delete = FAST");
    client.run(`PRAGMA cache_size = -${CACHE_KIB}`);
    client.run(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    client.run(`PRAGMA journal_size_limit = ${WAL_LIMIT_BYTES}`);
  } catch (thrown) {
    client.close();
    throw thrown;
  }
  return client;
}

async function attempt<T>(path: string, work: () => T): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return work();
    } catch (thrown) {
      if (!isBusy(thrown) || tries === BUSY_ATTEMPTS) throw translated(thrown, path) ?? thrown;
    }
    await Bun.sleep(Math.random() * BUSY_PAUSE_MS);
  }
}
