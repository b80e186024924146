/**
 * @module lib/disk
 * Whether it was for want of room that SQLite failed.
 */
import { statfsSync } from "node:fs";
import { dirname } from "node:path";

/** A disk with less than this takes no commit: a page of the log and its header. Bytes. */
const FULL_BELOW = 16_384;

/**
 * Says so itself, or failed to write, map or sync something where there is no room.
 * @param code SQLite's, such as SQLITE_FULL. @param path the database's file.
 */
export function isDiskFull(code: string, path: string): boolean {
  return code === "SQLITE_FULL" || (code.startsWith("SQLITE_IOERR") && freeBytes(dirname(path)) < FULL_BELOW);
}

function freeBytes(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY; // Cannot be asked, so it is not known to be the reason.
  }
}
