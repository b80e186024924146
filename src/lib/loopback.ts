/**
 * @module lib/loopback
 * Whether an address stays on this machine. Secrets that anybody may know are good there and nowhere else.
 */

/** True for localhost, 127.0.0.0/8 and ::1; false for names that would have to be looked up. */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|::1|\[::1\])$/i.test(host);
}
