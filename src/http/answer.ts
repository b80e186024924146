/**
 * @module http/answer
 * What goes back. The original's desktop client takes any status but 2xx for a broken network, so the calls
 * answer 200 whatever happened; the number `error` tells.
 */
import type { AppError } from "../domain/error.ts";
import { Code } from "../wire/codes.ts";
import type { Failure } from "../wire/messages.ts";

/** The body that tells a client of an error: its number, the field that is wrong, when to try again, what happened. */
export function failureBody({ code, field, retryAfterMs, explanation }: AppError): Failure {
  return {
    error: code,
    ...(field !== undefined && { field }),
    ...(retryAfterMs !== undefined && { retry_after_ms: Math.ceil(retryAfterMs) }),
    ...(explanation !== undefined && { message: explanation }),
  };
}

/** An error as an answer. After TOO_LARGE the connection ends, because the rest of the body is still coming. */
export function failureResponse(error: AppError): Response {
  const headers = new Headers(error.code === Code.TOO_LARGE ? { connection: "close" } : {});
  return Response.json(failureBody(error), { headers });
}

/** What a call gave, with `error` 0. */
export const success = (fields: object): Response => Response.json({ error: Code.SUCCESS, ...fields });
