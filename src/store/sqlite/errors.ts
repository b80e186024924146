/**
 * @module store/sqlite/errors
 * SQLite's errors at the adapter's edge.
 */
import { SQLiteError } from "bun:sqlite";
import { AppError, unavailable } from "../../domain/error.ts";
import { isDiskFull } from "../../lib/disk.ts";

/** Another process holds the write lock: the same call may succeed in a moment. */
export function isBusy(thrown: unknown): boolean {
  return thrown instanceof SQLiteError && /^SQLITE_(BUSY|LOCKED)/.test(thrown.code ?? "");
}

/** `table.column` of a violated unique index, or undefined when it is another error. */
export function violatedUnique(thrown: unknown): string | undefined {
  if (!(thrown instanceof SQLiteError) || thrown.code !== "SQLITE_CONSTRAINT_UNIQUE") return undefined;
  return /^UNIQUE constraint failed: (\S+?)(?:,|$)/.exec(thrown.message)?.[1];
}

/**
 * What callers see of a failure: a disk that is full, read-only or broken, a file that is no database or is
 * locked for too long are all the store being away.
 * @param path the database's file. @returns undefined when it is none of SQLite's errors.
 */
export function translated(thrown: unknown, path: string): AppError | undefined {
  if (!(thrown instanceof SQLiteError)) return undefined;
  if (isDiskFull(thrown.code ?? "", path))
    return new AppError("UNAVAILABLE", { detail: `the disk that holds ${path} is full`, cause: thrown });
  return unavailable(`SQLite (${thrown.code ?? thrown.message})`, thrown);
}
