/**
 * @module lib/at-once
 * Values that are usually there and sometimes have to be waited for.
 */

/** Uses a value at once where it is there, when it comes where it has to be waited for. */
export function after<T, R>(value: T | Promise<T>, use: (value: T) => R | Promise<R>): R | Promise<R> {
  return value instanceof Promise ? value.then(use) : use(value);
}
