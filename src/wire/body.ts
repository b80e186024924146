/**
 * @module wire/body
 * From a frame's bytes to a JSON value. Whatever comes in, the outcome is a value or a BodyError (code 1).
 */
import { BodyError } from "./bad-input.ts";

/** Deepest nesting of objects and lists in a body; ours need 4, signalling payloads of clients a few more. */
export const MAX_BODY_DEPTH = 64;

const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * The JSON value of a body. Its shape is checked by the message's schema, not here.
 * @throws BodyError for invalid UTF-8, what is not JSON (an empty body too) and too deep nesting.
 */
export function decodeBody(bytes: Uint8Array): unknown {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(bytes));
  } catch (cause) {
    throw new BodyError("the body is not JSON in UTF-8", { cause });
  }
  if (isDeeper(value, MAX_BODY_DEPTH)) throw new BodyError(`the body nests deeper than ${MAX_BODY_DEPTH}`);
  return value;
}

/** Looks no deeper than `limit`, so the depth of its own recursion is bounded. */
function isDeeper(value: unknown, limit: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (limit === 0) return true;
  if (Array.isArray(value)) return value.some((entry) => isDeeper(entry, limit - 1));
  for (const key in value) if (isDeeper((value as Record<string, unknown>)[key], limit - 1)) return true;
  return false;
}
