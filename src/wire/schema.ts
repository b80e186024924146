/**
 * @module wire/schema
 * The small schema language in which every body on the wire (HTTP and chat) is declared once. A schema
 * gives the TypeScript type, the check of what came in, the documentation and the descriptions for machines.
 * Checks never coerce: what passes has exactly the declared type. Unknown fields are dropped. The one thing
 * that is mended is a lone surrogate, which JSON can say and UTF-8 cannot: it reads as U+FFFD, so that a text
 * is the same before and after it was stored.
 */
import { SchemaError } from "./bad-input.ts";
import { isContentTooLarge, isLonger, MAX_CONTENT_BYTES } from "./sizes.ts";

export interface Schema<T> {
  /** What is allowed, in words, for errors and documents. */
  readonly expected: string;
  readonly optional: boolean;
  /** JSON Schema of it, for `/openapi.json` and `/asyncapi.json`. */
  readonly json: Readonly<Record<string, unknown>>;
  /** @returns the checked value. @throws SchemaError naming `path`. */
  check(value: unknown, path: string): T;
}

export type Infer<S> = S extends Schema<infer T> ? T : never;

type Fields = Readonly<Record<string, Schema<unknown>>>;
type OptionalKeys<F extends Fields> = { [K in keyof F]: undefined extends Infer<F[K]> ? K : never }[keyof F];
type Flat<T> = { [K in keyof T]: T[K] };
type ObjectOf<F extends Fields> = Flat<
  { -readonly [K in Exclude<keyof F, OptionalKeys<F>>]: Infer<F[K]> } & {
    -readonly [K in OptionalKeys<F>]?: Exclude<Infer<F[K]>, undefined>;
  }
>;

function make<T>(
  expected: string,
  json: Record<string, unknown>,
  check: (value: unknown, path: string) => T,
): Schema<T> {
  return { expected, optional: false, json, check };
}

/**
 * Text of `min` to `max` characters (unlimited by default), which are code points, as the columns of the
 * database count them; `tooLarge` errors past `max` when `large`.
 */
export function text(limits: { min?: number; max?: number; large?: boolean } = {}): Schema<string> {
  const { min = 0, max = Number.POSITIVE_INFINITY, large = false } = limits;
  const range =
    max === Number.POSITIVE_INFINITY
      ? min > 0
        ? ` of at least ${min}`
        : ""
      : ` of ${min} to ${max} characters`;
  const expected = `a string${range}`;
  const json = {
    type: "string",
    ...(min > 0 && { minLength: min }),
    ...(Number.isFinite(max) && { maxLength: max }),
  };
  return make(expected, json, (value, path) => {
    if (typeof value !== "string" || value.length < min) throw new SchemaError(path, expected);
    if (isLonger(value, max)) throw new SchemaError(path, expected, large);
    return value.toWellFormed();
  });
}

/** Text of 1 to `max` characters (code points) without a space. */
export function word(max: number): Schema<string> {
  const expected = `a string of 1 to ${max} characters without a space`;
  const json = { type: "string", minLength: 1, maxLength: max, pattern: "^\\S+$" };
  return make(expected, json, (value, path) => {
    if (typeof value !== "string" || !/^\S+$/u.test(value) || !value.isWellFormed() || isLonger(value, max))
      throw new SchemaError(path, expected);
    return value;
  });
}

/** The text of a message: at most `MAX_CONTENT_BYTES` in UTF-8; over it is TOO_LARGE, not a wrong field. */
export function content(): Schema<string> {
  const expected = `a string of at most ${MAX_CONTENT_BYTES} bytes`;
  return make(expected, { type: "string", maxLength: MAX_CONTENT_BYTES }, (value, path) => {
    if (typeof value !== "string") throw new SchemaError(path, expected);
    const text = value.toWellFormed();
    if (isContentTooLarge(text)) throw new SchemaError(path, expected, true);
    return text;
  });
}

const INT32_MAX = 2_147_483_647;

/** A user id as it travels in JSON: the decimal digits of a positive 32-bit integer, as a string. */
export function userId(): Schema<string> {
  const expected = "a user id: decimal digits in a string";
  return make(expected, { type: "string", pattern: "^[1-9][0-9]{0,9}$" }, (value, path) => {
    if (typeof value !== "string" || !/^[1-9][0-9]{0,9}$/.test(value) || Number(value) > INT32_MAX)
      throw new SchemaError(path, expected);
    return value;
  });
}

/** A whole number from `min` to `max` (both included). */
export function int(min = 0, max = Number.MAX_SAFE_INTEGER): Schema<number> {
  const expected =
    max === Number.MAX_SAFE_INTEGER ? `a whole number from ${min}` : `a whole number from ${min} to ${max}`;
  return make(expected, { type: "integer", minimum: min, maximum: max }, (value, path) => {
    if (!Number.isSafeInteger(value) || (value as number) < min || (value as number) > max)
      throw new SchemaError(path, expected);
    return value as number;
  });
}

export function bool(): Schema<boolean> {
  return make("true or false", { type: "boolean" }, (value, path) => {
    if (typeof value !== "boolean") throw new SchemaError(path, "true or false");
    return value;
  });
}

/** One of these words. */
export function oneOf<const W extends string>(...words: W[]): Schema<W> {
  const expected = `one of ${words.join(", ")}`;
  return make(expected, { type: "string", enum: words }, (value, path) => {
    const word = words.find((one) => one === value);
    if (word === undefined) throw new SchemaError(path, expected);
    return word;
  });
}

/** Anything that JSON can say, kept as it is. */
export function any(): Schema<unknown> {
  return make("any JSON value", {}, (value, path) => {
    if (value === undefined) throw new SchemaError(path, "any JSON value");
    return value;
  });
}

/** A list of `min` to `max` items. */
export function list<T>(item: Schema<T>, limits: { min?: number; max?: number } = {}): Schema<T[]> {
  const { min = 0, max = Number.POSITIVE_INFINITY } = limits;
  const range = Number.isFinite(max) ? ` of ${min} to ${max} entries` : min > 0 ? ` of at least ${min}` : "";
  const expected = `a list${range}`;
  const json = {
    type: "array",
    items: item.json,
    ...(min > 0 && { minItems: min }),
    ...(Number.isFinite(max) && { maxItems: max }),
  };
  return make(expected, json, (value, path) => {
    if (!Array.isArray(value) || value.length < min) throw new SchemaError(path, expected);
    if (value.length > max) throw new SchemaError(path, expected, true);
    return value.map((entry, i) => item.check(entry, `${path}[${i}]`));
  });
}

/** A field that may be absent or null; null reads as absent. */
export function optional<T>(schema: Schema<T>): Schema<T | undefined> {
  return {
    expected: `${schema.expected}, or nothing`,
    optional: true,
    json: schema.json,
    check: (value, path) => (value === undefined || value === null ? undefined : schema.check(value, path)),
  };
}

export interface ObjectSchema<T> extends Schema<T> {
  readonly fields: Fields;
}

/** An object with these fields; others are dropped. */
export function object<F extends Fields>(fields: F): ObjectSchema<ObjectOf<F>> {
  const entries = Object.entries(fields);
  const json = {
    type: "object",
    properties: Object.fromEntries(entries.map(([key, schema]) => [key, schema.json])),
    required: entries.filter(([, schema]) => !schema.optional).map(([key]) => key),
  };
  const check = (value: unknown, path: string): ObjectOf<F> => {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw new SchemaError(path, "an object");
    const source = value as Record<string, unknown>;
    const out: Record<string, unknown> = {};
    for (const [key, schema] of entries) {
      const own = Object.hasOwn(source, key) ? source[key] : undefined;
      const checked = schema.check(own, path === "" ? key : `${path}.${key}`);
      if (checked !== undefined) out[key] = checked;
    }
    return out as ObjectOf<F>;
  };
  return { ...make("an object", json, check), fields };
}
