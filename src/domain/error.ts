/**
 * @module domain/error
 * The one error that crosses layers: a code of wire/codes and what the caller needs to know beside it.
 * Adapters translate their driver's errors into it at their edge; surfaces (HTTP, chat, gRPC) turn it into
 * an answer. Anything else that is thrown is a bug: it is logged and answered as UNAVAILABLE.
 */
import { BodyError, SchemaError } from "../wire/bad-input.ts";
import { Code, type CodeName, codeTable } from "../wire/codes.ts";

export interface ErrorDetail {
  /** The field that is wrong (INVALID_FIELD, TOO_LARGE). */
  readonly field?: string;
  /** When to try again, in milliseconds (RATE_LIMITED). */
  readonly retryAfterMs?: number;
  /** More for the log; never sent to a client. */
  readonly detail?: string;
  /** What happened, in words for people: sent to clients as `message`. */
  readonly explanation?: string;
  readonly cause?: unknown;
}

export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: Code;
  readonly field: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly detail: string | undefined;
  readonly explanation: string | undefined;

  constructor(
    readonly codeName: CodeName,
    detail: ErrorDetail = {},
  ) {
    super(
      `${codeName}: ${detail.detail || detail.explanation || codeTable[codeName].meaning}`,
      detail.cause === undefined ? undefined : { cause: detail.cause },
    );
    this.code = Code[codeName];
    this.field = detail.field;
    this.retryAfterMs = detail.retryAfterMs;
    this.detail = detail.detail;
    this.explanation = detail.explanation;
  }

  get retryable(): boolean {
    return codeTable[this.codeName].retryable;
  }
}

/**
 * What an answer tells of an error where clients know more than its number: the field that is wrong, when to try again
 * (whole milliseconds), what happened.
 */
export function failureBody({ code, field, retryAfterMs, explanation }: AppError) {
  return {
    error: code,
    ...(field !== undefined && { field }),
    ...(retryAfterMs !== undefined && { retry_after_ms: Math.ceil(retryAfterMs) }),
    ...(explanation !== undefined && { message: explanation }),
  };
}

/** The store, Redis or a peer is away: the one retryable error that adapters throw when they lose their server. */
export function unavailable(what: string, cause?: unknown): AppError {
  return new AppError("UNAVAILABLE", { detail: `${what} is not available`, cause });
}

/**
 * Any thrown value as an AppError: a body that is wrong by itself is NOT_JSON, INVALID_FIELD or TOO_LARGE; what else is
 * not one is a bug, and becomes UNAVAILABLE with the value as its cause.
 */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  if (thrown instanceof BodyError) return new AppError("NOT_JSON", { cause: thrown });
  if (thrown instanceof SchemaError) {
    const { field, tooLarge } = thrown;
    return new AppError(tooLarge ? "TOO_LARGE" : "INVALID_FIELD", { field, cause: thrown });
  }
  return new AppError("UNAVAILABLE", { detail: String(thrown), cause: thrown });
}
