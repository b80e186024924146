/**
 * @module store/mysql/errors
 * The driver's errors at the adapter's edge: nothing above knows 1062. MySQL's and MariaDB's numbers are the same.
 */
import { AppError } from "../../domain/error.ts";

const BAD_DATABASE = 1049;
const DUPLICATE_KEY = 1062;
const LOCK_TIMEOUT = 1205;
const DEADLOCK = 1213;
const DATA_TOO_LONG = 1406;
/** What a statement of a migration says that was carried out before: table, column, index, foreign key exists. */
const ALREADY_THERE = [1050, 1060, 1061, 1826];
/** MariaDB's way to say that a foreign key of that name exists. */
const CANNOT_CREATE_TABLE = 1005;

interface DriverError extends Error {
  readonly code: string;
  readonly errno?: number;
  readonly sqlState?: string;
  readonly fatal?: boolean;
}

/** The driver's error inside whatever wraps it (drizzle, AppError), or undefined. */
export function driverError(thrown: unknown): DriverError | undefined {
  for (let at = thrown; at instanceof Error; at = at.cause)
    if ("code" in at && typeof at.code === "string") return at as DriverError;
  return undefined;
}

const errno = (thrown: unknown) => driverError(thrown)?.errno;

/** The transaction lost against another one and may be run again. */
export const isDeadlock = (thrown: unknown) => errno(thrown) === DEADLOCK || errno(thrown) === LOCK_TIMEOUT;

export const isDuplicateKey = (thrown: unknown) => errno(thrown) === DUPLICATE_KEY;

export function isAlreadyThere(thrown: unknown): boolean {
  const error = driverError(thrown);
  if (error?.errno === CANNOT_CREATE_TABLE) return error.message.includes("errno: 121");
  return error?.errno !== undefined && ALREADY_THERE.includes(error.errno);
}

/** Name of the unique index a duplicate key violates. The value, which a user chose, stands before it in the message. */
export function violatedUnique(thrown: unknown): string | undefined {
  if (!isDuplicateKey(thrown)) return undefined;
  return /for key '(?:[^']*\.)?([^'.]*)'$/.exec(driverError(thrown)?.message ?? "")?.[1] ?? "";
}

/** Whether the connection is of no more use: the error is not the server's answer to a statement. */
export function breaksConnection(thrown: unknown): boolean {
  const error = driverError(thrown);
  return error !== undefined && (error.fatal === true || error.sqlState === undefined);
}

/**
 * What callers see of a failure: UNAVAILABLE unless it tells of the caller's own input.
 * @returns what was thrown when it is none of the driver's errors.
 */
export function translated(thrown: unknown): unknown {
  const cause = driverError(thrown);
  if (thrown instanceof AppError || cause === undefined) return thrown;
  if (cause.errno === DATA_TOO_LONG) {
    const field = /column '([^']*)'/.exec(cause.message)?.[1] ?? "";
    return new AppError("INVALID_FIELD", { field, cause });
  }
  const hint = cause.errno === BAD_DATABASE ? "; create it, then run chatsrv migrate" : "";
  return new AppError("UNAVAILABLE", { detail: `MySQL: ${cause.message || cause.code}${hint}`, cause });
}

/** A call took longer than it may; its connection was given up. */
export function timedOut(milliseconds: number): Error {
  return Object.assign(new Error(`no answer within ${milliseconds} ms`), {
    code: "CHATSRV_TIMEOUT",
    fatal: true,
  });
}
