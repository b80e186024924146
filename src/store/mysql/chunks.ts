/**
 * @module store/mysql/chunks
 * Lists cut so that each part fits one statement: the server refuses one beyond `max_allowed_packet`, and closes
 * the connection that sent it.
 */

/** A value of a bulk insert or of a list. */
type Value = string | number | null;

/** What a number takes at most, with its sign; also more than the quotes and commas around a text. */
const NUMBER_BYTES = 24;
/**
 * What a UTF-16 unit of a text takes at most: three bytes in UTF-8 (four make two units), and the characters
 * that are escaped take one, two with their backslash.
 */
const UNIT_BYTES = 3;

/** Bytes that values take in a statement at most, whatever escaping makes of them. */
export function statementBytes(values: readonly Value[]): number {
  let bytes = 0;
  for (const value of values)
    bytes += NUMBER_BYTES + (typeof value === "string" ? UNIT_BYTES * value.length : 0);
  return bytes;
}

/**
 * Cuts a list, keeping its order, into parts of at most `limit` bytes; an item that is longer is a part of its own.
 * @param valuesOf what an item puts into the statement.
 */
export function* chunks<T>(
  items: readonly T[],
  valuesOf: (item: T) => readonly Value[],
  limit: number,
): Generator<readonly T[]> {
  let from = 0;
  let bytes = 0;
  for (const [index, item] of items.entries()) {
    const own = statementBytes(valuesOf(item));
    if (index > from && bytes + own > limit) {
      yield items.slice(from, index);
      from = index;
      bytes = 0;
    }
    bytes += own;
  }
  if (from < items.length) yield from === 0 ? items : items.slice(from);
}
