/**
 * @module net/address
 * How a peer's address is written.
 */

/** An IPv4 address that a dual-stack socket reports in IPv6 form, in its own form; anything else as it is. */
export function plainAddress(address: string): string {
  return address.startsWith("::ffff:") ? address.slice("::ffff:".length) : address;
}
