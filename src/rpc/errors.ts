/**
 * @module rpc/errors
 * How an AppError crosses gRPC. The original's responses have room for the number only (`error`); what else
 * the caller needs travels beside it as trailing metadata: `chatsrv-field`, `chatsrv-retry-after-ms`.
 */
import { type Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { AppError, toAppError } from "../domain/error.ts";
import type { Logger } from "../lib/log.ts";
import { Code, type CodeName, codeNameOf } from "../wire/codes.ts";
import type { UnaryContext } from "./definition.ts";

const FIELD = "chatsrv-field";
const RETRY_AFTER = "chatsrv-retry-after-ms";

/**
 * Runs a handler and gives what it answers with `error: 0`, or the number of what it threw. What is no AppError
 * is a bug: logged, and answered as UNAVAILABLE.
 */
export async function answered<A extends object>(
  context: UnaryContext,
  logger: Logger,
  run: () => Promise<A>,
): Promise<{ error: number } & Partial<A>> {
  try {
    return { error: Code.SUCCESS, ...(await run()) };
  } catch (thrown) {
    const error = toAppError(thrown);
    if (error !== thrown) logger.log("error", "grpc.bug", { error: thrown });
    if (error.field !== undefined) context.trailer.set(FIELD, encodeURIComponent(error.field));
    if (error.retryAfterMs !== undefined) context.trailer.set(RETRY_AFTER, String(error.retryAfterMs));
    return { error: error.code } as { error: number } & Partial<A>;
  }
}

/** The text behind an optional metadata key; undefined when it is absent. */
export function metadataText(metadata: Metadata, key: string): string | undefined {
  const [value] = metadata.get(key);
  return value === undefined ? undefined : decodeURIComponent(String(value));
}

/** Does nothing for `error: 0`. @throws AppError of the answer's number and the trailer's details. */
export function requireSuccess(answer: { error: number }, trailer: Metadata): void {
  if (answer.error === Code.SUCCESS) return;
  const name = codeNameOf(answer.error);
  if (name === undefined) throw new AppError("PEER_AWAY", { detail: `unknown error ${answer.error}` });
  const field = metadataText(trailer, FIELD);
  const retryAfter = metadataText(trailer, RETRY_AFTER);
  throw new AppError(name, {
    ...(field !== undefined && { field }),
    ...(retryAfter !== undefined && { retryAfterMs: Number(retryAfter) }),
  });
}

/** A call that gave no answer: the peer is away, too slow, or refused us. */
export function callError(cause: ServiceError, target: string, code: CodeName = "PEER_AWAY"): AppError {
  return new AppError(code, { detail: `${target}: ${status[cause.code]} ${cause.details}`, cause });
}
