/**
 * @module coordination/memory/device-file
 * What outlives the process of a server that is alone: which devices may come back. A row a user, the record as
 * coordination/devices writes it, in which tickets are hashed. A process that is killed loses nothing. Where power
 * fails the last returns may be lost, and their devices ask for the password; what was ended stays ended.
 */
import { Database, SQLiteError } from "bun:sqlite";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { AppError, unavailable } from "../../domain/error.ts";
import { type UserId, userId } from "../../domain/ids.ts";
import { isDiskFull } from "../../lib/disk.ts";

/** Of the records' form: rows of another are of no use. */
const FORM = 1;

export class DeviceFile {
  readonly #db: Database;
  readonly #path: string;

  /** Opens the file, making it and its directory (for this user alone) where they are missing. @throws AppError UNAVAILABLE */
  constructor(path: string) {
    this.#path = path;
    this.#db = this.#attempt(() => {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      const db = new Database(path, { create: true, readwrite: true });
      db.run("PRAGMA journal_mode = WAL");
      db.run("PRAGMA synchronous = NORMAL");
      const form = db.query<{ user_version: number }, []>("PRAGMA user_version").get()?.user_version;
      if (form !== FORM) db.run("DROP TABLE IF EXISTS Devices");
      db.run(`PRAGMA user_version = ${FORM}`);
      db.run("CREATE TABLE IF NOT EXISTS Devices (uuid INTEGER PRIMARY KEY, record TEXT NOT NULL)");
      return db;
    });
  }

  /** All records. @throws AppError UNAVAILABLE */
  all(): Map<UserId, string> {
    const rows = this.#attempt(() =>
      this.#db.query<{ uuid: number; record: string }, []>("SELECT uuid, record FROM Devices").all(),
    );
    return new Map(rows.map(({ uuid, record }) => [userId(uuid), record]));
  }

  /**
   * Stores a record; undefined removes it.
   * @param forGood whether it has to be on the disk before this returns, also if power fails right then.
   * @throws AppError UNAVAILABLE
   */
  save(user: UserId, record: string | undefined, forGood: boolean): void {
    this.#attempt(() => {
      if (forGood) this.#db.run("PRAGMA synchronous = FULL");
      try {
        if (record === undefined) this.#db.run("DELETE FROM Devices WHERE uuid = ?", [user]);
        else this.#db.run("INSERT OR REPLACE INTO Devices (uuid, record) VALUES (?, ?)", [user, record]);
      } finally {
        if (forGood) this.#db.run("PRAGMA synchronous = NORMAL");
      }
    });
  }

  close(): void {
    this.#db.close();
  }

  #attempt<T>(work: () => T): T {
    try {
      return work();
    } catch (cause) {
      const isFull = cause instanceof SQLiteError && isDiskFull(cause.code ?? "", this.#path);
      if (!isFull) throw unavailable(this.#path, cause);
      throw new AppError("UNAVAILABLE", { detail: `the disk that holds ${this.#path} is full`, cause });
    }
  }
}
