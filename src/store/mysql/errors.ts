/**
 * @module store/mysql/errors
 * The driver's errors at the adapter's edge: nothing above knows 1062. MySQL's and MariaDB's numbers are the same.
 */
import { AppError } from "../../domain/error.ts";

const BAD_DATABASE = 1049;
const DUPLICATE_KEY = 1062;
const DATA_TOO_LONG = 1406;
const PACKET_TOO_LARGE = 1153;
/**
 * The transaction lost against another one: a lock not had in time, a deadlock, a row that changed since it was
 * read, and on clusters a commit that another node's commit came before (Galera, group replication).
 */
const LOST_RACE = [1205, 1213, 1020, 1180, 3101];
/** The server, or this user's share of it, has no connection left. */
const CROWDED = [1040, 1203, 1226];
/**
 * What the server says of itself, not of a statement: it is read-only (a primary that was demoted), shutting down,
 * offline, not part of its cluster, or has given the connection up. Whoever connects anew may meet another one.
 */
const SERVER_UNFIT = [1290, 1792, 1836, 1047, 1053, 1927, 3032, 3168, 4031];
const LOST_ON_THE_WAY = ["EPIPE", "ECONNRESET", "PROTOCOL_CONNECTION_LOST"];
/** SQLSTATE's class of errors of the connection. */
const CONNECTION_EXCEPTION = "08";
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

const isOneOf = (thrown: unknown, numbers: readonly number[]) => numbers.includes(errno(thrown) ?? 0);

/** The transaction lost against another one and may be run again. */
export const lostRace = (thrown: unknown) => isOneOf(thrown, LOST_RACE);

/** Nothing was begun: there was no connection left for it. */
export const isCrowded = (thrown: unknown) => isOneOf(thrown, CROWDED);

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

/** Whether the connection is of no more use: the error is no answer to a statement, or says so of the server. */
export function breaksConnection(thrown: unknown): boolean {
  const error = driverError(thrown);
  if (error === undefined) return false;
  const { fatal, sqlState } = error;
  return (
    fatal === true ||
    sqlState === undefined ||
    sqlState.startsWith(CONNECTION_EXCEPTION) ||
    isOneOf(error, SERVER_UNFIT)
  );
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
  if (cause.errno === PACKET_TOO_LARGE) return new AppError("TOO_LARGE", { detail: cause.message, cause });
  const hint = cause.errno === BAD_DATABASE ? "; create it, then run chatsrv migrate" : "";
  return new AppError("UNAVAILABLE", { detail: `MySQL: ${cause.message || cause.code}${hint}`, cause });
}

/** An error of ours that gives a connection up, as one of the driver's does. */
function broken(code: string, message: string): Error {
  return Object.assign(new Error(message), { code, fatal: true });
}

/** A call took longer than it may; its connection was given up. */
export const timedOut = (milliseconds: number) =>
  broken("CHATSRV_TIMEOUT", `no answer within ${milliseconds} ms`);

const HUNG = "CHATSRV_HUNG";

/** A connection does not answer; it was given up. What was asked of it may be asked of another. */
export const hung = (milliseconds: number) =>
  broken(HUNG, `a connection did not answer for ${milliseconds} ms`);

export const isHung = (thrown: unknown) => driverError(thrown)?.code === HUNG;

/**
 * Whether the statement may have been too long for whatever stands between here and the server: all that is seen
 * then is a connection that was closed while it was sent.
 */
export function mayBeTooLong(thrown: unknown): boolean {
  const error = driverError(thrown);
  return error?.errno === PACKET_TOO_LARGE || (error?.fatal === true && LOST_ON_THE_WAY.includes(error.code));
}

/** Another server is the primary now, or will be. */
export const readOnlyServer = () => broken("CHATSRV_READ_ONLY", "the server is read-only");
