/**
 * @module store/lazy
 * A value made at its first use and kept. Statements are prepared this way: preparing asks for tables, which
 * are there only after the first migration.
 */
export function lazy<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
