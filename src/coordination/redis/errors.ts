/**
 * @module coordination/redis/errors
 * What ioredis throws, as the one error the contract knows. Nothing above this folder sees another.
 */
import { AppError } from "../../domain/error.ts";

/** Replies by which a server says that it cannot serve now, not that the command was wrong. */
const AWAY = /^(CLUSTERDOWN|LOADING|MASTERDOWN|READONLY|TRYAGAIN|MOVED|ASK|BUSY)/;

/** Replies that no waiting mends: credentials or rights. */
const REFUSED = /^(WRONGPASS|NOAUTH|NOPERM|ERR AUTH)/;

/** Messages that only tell that there is no connection; the reason came before them. */
const CONSEQUENCE =
  /^(connection closed|Connection is closed|Stream isn't writeable|Reached the max retries|Cluster isn't ready|no node is connected|None of startup nodes)/;

/** Whether a reason only tells the consequence of another. */
export const saysLittle = (reason: string): boolean => CONSEQUENCE.test(reason);

/** The message that says most: a Cluster client wraps what its last node said. */
export function reasonOf(thrown: unknown): string {
  const inner = thrown instanceof Error && "lastNodeError" in thrown ? thrown.lastNodeError : undefined;
  const error = inner instanceof Error ? inner : thrown;
  return error instanceof Error ? error.message : String(error);
}

/** Whether the server is away (no connection, no answer in time, failing over), so that its return matters. */
export function isAway(thrown: unknown): boolean {
  const isReply = thrown instanceof Error && thrown.name === "ReplyError";
  return !isReply || AWAY.test(thrown.message);
}

/**
 * @param where the server, for people: `redis 127.0.0.1:6379`.
 * @param lost why the connection is lost, when it is: says more than the command's own failure.
 */
export function translate(thrown: unknown, where: string, lost: string | undefined): AppError {
  const reason = lost ?? reasonOf(thrown);
  const refused = REFUSED.test(reason) ? " refuses these credentials" : " is not available";
  return new AppError("UNAVAILABLE", { detail: `${where}${refused}: ${reason}`, cause: thrown });
}
