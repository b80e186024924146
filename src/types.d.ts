/**
 * @module types
 * Files that are imported as text and so end up inside the compiled binary: migrations and Lua steps.
 * Import them with `import text from "./x.sql" with { type: "text" }`.
 */

declare module "*.sql" {
  /** The file's content, UTF-8. */
  const text: string;
  export default text;
}

declare module "*.lua" {
  /** The file's content, UTF-8. */
  const text: string;
  export default text;
}
