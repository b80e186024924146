/**
 * @module lib/deadline
 * An answer in time, or an error.
 */

/**
 * Settles as `work` does, or rejects after `ms` milliseconds with an Error whose message starts with
 * "timed out". The work itself goes on; what becomes of it then is ignored.
 */
export function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`timed out after ${ms} ms`)), ms);
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
