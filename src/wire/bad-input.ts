/**
 * @module wire/bad-input
 * What can be wrong with a body before anybody looks at what it means. domain/error makes one error of the system
 * of it, with the code that answers it.
 */

/** The bytes are no JSON text in UTF-8, or nest too deep. Answered with NOT_JSON. */
export class BodyError extends Error {
  override readonly name = "BodyError";
}

/** A body does not have its declared shape. `field` is the dotted path, "" when the body is no object. */
export class SchemaError extends Error {
  override readonly name = "SchemaError";
  constructor(
    readonly field: string,
    /** What is allowed there, in words. */
    readonly expected: string,
    /** True when the shape is right and only its size is over the limit (TOO_LARGE rather than INVALID_FIELD). */
    readonly tooLarge = false,
  ) {
    super(`${field || "the body"}: expected ${expected}`);
  }
}
