/**
 * @module http/answer
 * What goes back. The original's desktop client takes any status but 2xx for a broken network, so the calls
 * answer 200 whatever happened; the number `error` tells.
 */
import { type AppError, failureBody } from "../domain/error.ts";
import { Code } from "../wire/codes.ts";

/** An error as an answer. After TOO_LARGE the connection ends, because the rest of the body is still coming. */
export function failureResponse(error: AppError): Response {
  const headers = new Headers(error.code === Code.TOO_LARGE ? { connection: "close" } : {});
  return Response.json(failureBody(error), { headers });
}

/** What a call gave, with `error` 0. */
export const success = (fields: object): Response => Response.json({ error: Code.SUCCESS, ...fields });
