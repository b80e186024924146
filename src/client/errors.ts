/**
 * @module client/errors
 * The one error that the SDK throws.
 */
import { Code, type CodeName, codeTable } from "../wire/codes.ts";
import type { Failure } from "../wire/messages.ts";

const names = new Map<number, CodeName>(
  (Object.entries(Code) as [CodeName, Code][]).map(([name, code]) => [code, name]),
);

/** A request that failed: the server said so (`code` is its `error`), or it could not be reached (2). */
export class ChatError extends Error {
  override readonly name = "ChatError";
  /** The field that is wrong (67, 69). */
  readonly field: string | undefined;
  /** When to try again, in milliseconds (64). */
  readonly retryAfterMs: number | undefined;

  constructor(
    /** A number of wire/codes; a later server may send one that is not in the table. */
    readonly code: number,
    detail: { message?: string; field?: string; retryAfterMs?: number; cause?: unknown } = {},
  ) {
    const name = names.get(code);
    super(
      detail.message ?? (name === undefined ? `error ${code}` : `${name}: ${codeTable[name].meaning}`),
      detail.cause === undefined ? undefined : { cause: detail.cause },
    );
    this.field = detail.field;
    this.retryAfterMs = detail.retryAfterMs;
  }

  /** The code's name in wire/codes; undefined for a number that is not there. */
  get codeName(): CodeName | undefined {
    return names.get(this.code);
  }

  /** Whether the same call may succeed later without being changed. */
  get retryable(): boolean {
    const name = names.get(this.code);
    return name !== undefined && codeTable[name].retryable;
  }
}

/** The error that an answer's `{error, field, retry_after_ms}` tells. */
export function errorOf(answer: Failure): ChatError {
  return new ChatError(answer.error, {
    ...(answer.message !== undefined && { message: answer.message }),
    ...(answer.field !== undefined && { field: answer.field }),
    ...(answer.retry_after_ms !== undefined && { retryAfterMs: answer.retry_after_ms }),
  });
}

/** The other side cannot be reached, or the connection was lost before the answer. */
export function connectionLost(reason: string, cause?: unknown): ChatError {
  return new ChatError(Code.NETWORK_FAILED, { message: reason, ...(cause !== undefined && { cause }) });
}

/** Any thrown value as a ChatError. */
export function toChatError(thrown: unknown): ChatError {
  return thrown instanceof ChatError ? thrown : connectionLost(String(thrown), thrown);
}
