/**
 * @module domain/sizes
 * The sizes of wire/sizes as rules: what comes in by a surface that does not declare its bodies (gRPC) is held to the
 * same as what comes by one that does.
 */
import { isContentTooLarge, isLonger, MAX_CLIENT_ID, MAX_TEXTS } from "../wire/sizes.ts";
import { AppError } from "./error.ts";

/** @throws AppError INVALID_FIELD when the text has more than `max` characters */
export function requireLength(text: string, max: number, field: string): void {
  if (isLonger(text, max)) throw new AppError("INVALID_FIELD", { field });
}

/**
 * Checks messages that are sent together; fields are named as frame 17 has them.
 * @returns what is wrong with the first that cannot be stored: INVALID_FIELD or TOO_LARGE, with its field.
 */
export function problemOfTexts(
  texts: readonly { readonly clientId: string; readonly body: string }[],
): AppError | undefined {
  if (texts.length === 0) return new AppError("INVALID_FIELD", { field: "text_msg" });
  if (texts.length > MAX_TEXTS) return new AppError("TOO_LARGE", { field: "text_msg" });
  for (const [index, { clientId, body }] of texts.entries()) {
    if (clientId === "" || isLonger(clientId, MAX_CLIENT_ID))
      return new AppError("INVALID_FIELD", { field: `text_msg[${index}].msg_id` });
    if (isContentTooLarge(body))
      return new AppError("TOO_LARGE", { field: `text_msg[${index}].msg_content` });
  }
  return undefined;
}
