/**
 * @module ops/redact
 * Log fields as plain JSON values: secrets masked by the name they stand under, errors unfolded, anything
 * that JSON cannot hold made text, and no line without end.
 */

const MASK = "********";
/** Names under which a text is never written. A mailed `code` is not among them: `mail.outbox` shows it on purpose. */
const SECRET_NAME =
  /pass(word|wd|phrase)?$|secret|token|ticket|authorization|api_?key|private_?key|cookie|cpatcha|smtp_?url/i;
const MAX_TEXT = 4096;
const MAX_DEPTH = 6;
const MAX_ITEMS = 100;

export interface PlainOptions {
  /** Whether errors show where they were thrown. */
  readonly stacks: boolean;
}

/** A value as JSON can hold it. Never throws, whatever it is given. */
export function plain(value: unknown, options: PlainOptions, depth = 0): unknown {
  if (typeof value === "string")
    return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}… (${value.length} characters)` : value;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value !== "object" || value === null)
    return value === null || typeof value === "boolean" || value === undefined ? value : String(value);
  if (depth >= MAX_DEPTH) return "…";
  if (value instanceof Error) return plainError(value, options, depth);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "invalid date" : value.toISOString();
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  if (value instanceof Map || value instanceof Set) return plain([...value], options, depth);
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => plain(item, options, depth + 1));
  return plainFields(value, options, depth);
}

/** The fields of an object, secrets masked. */
export function plainFields(value: object, options: PlainOptions, depth = 0): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value).slice(0, MAX_ITEMS)) {
    const hidden = SECRET_NAME.test(name) && typeof field === "string" && field !== "";
    fields[name] = hidden ? MASK : plain(field, options, depth + 1);
  }
  return fields;
}

/** Of an error's own fields those that say which one it is; a driver's others may hold whole queries. */
function plainError(error: Error, options: PlainOptions, depth: number): Record<string, unknown> {
  const { code, codeName, detail } = error as Error & {
    code?: unknown;
    codeName?: unknown;
    detail?: unknown;
  };
  const known = { name: error.name, message: error.message, code: codeName ?? code, detail };
  const cause = error.cause === undefined ? {} : { cause: error.cause };
  const stack = options.stacks && error.stack !== undefined ? { stack: error.stack } : {};
  return plainFields({ ...known, ...cause, ...stack }, options, depth);
}
