/**
 * @module lib/address
 * How addresses are written, of IPv4, IPv6 and names alike.
 */

/** `host:port` as everybody reads it: an IPv6 address in brackets. */
export function addressText({ host, port }: { readonly host: string; readonly port: number }): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** An IPv4 address that a dual-stack socket reports in IPv6 form, in its own form; anything else as it is. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "");
}
