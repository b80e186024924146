/**
 * @module http/body
 * From a request to its checked fields. Not one byte beyond the limit is kept, whatever the client announces.
 */
import { AppError, toAppError } from "../domain/error.ts";
import { decodeBody } from "../wire/body.ts";
import { MAX_HTTP_BODY_BYTES } from "../wire/http.ts";
import type { Schema } from "../wire/schema.ts";

/**
 * Reads the body as JSON of this shape. The Content-Type is not looked at.
 * @throws AppError TOO_LARGE (over 64 KiB, or a field's own limit), NOT_JSON, INVALID_FIELD (field; "" when
 *   the body is no object).
 */
export async function readBody<T>(request: Request, schema: Schema<T>): Promise<T> {
  const bytes = await readBytes(request, MAX_HTTP_BODY_BYTES);
  try {
    return schema.check(decodeBody(bytes), "");
  } catch (error) {
    throw toAppError(error);
  }
}

/**
 * The body's bytes, at most `limit`. Memory follows what has arrived, so a client that dawdles costs little.
 * @throws AppError TOO_LARGE at once when there are more, NETWORK_FAILED when the client goes away.
 */
async function readBytes(request: Request, limit: number): Promise<Uint8Array> {
  if (Number(request.headers.get("content-length") ?? 0) > limit) throw new AppError("TOO_LARGE");
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of request.body ?? []) {
      length += chunk.length;
      // Leaving the loop cancels the stream: the rest stays unread.
      if (length > limit) throw new AppError("TOO_LARGE");
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError("NETWORK_FAILED", { detail: "the client went away", cause: error });
  }
  return Buffer.concat(chunks);
}
