/**
 * @module http/client-address
 * Whose request it is, as far as rate limits and the log are concerned.
 */
import { isIP, isIPv6 } from "node:net";
import { plainAddress } from "../lib/address.ts";

/**
 * The client's address: the socket's, or, behind a proxy that is trusted, the last entry of X-Forwarded-For.
 * That one the proxy itself wrote; all before it anybody may have made up. An entry that is no address
 * leaves the socket's.
 */
export function clientAddress(peer: string, forwardedFor: string | null, trustProxy: boolean): string {
  if (!trustProxy || forwardedFor === null) return plainAddress(peer);
  const last = withoutPort(forwardedFor.slice(forwardedFor.lastIndexOf(",") + 1).trim());
  return isIP(last) ? plainAddress(last) : plainAddress(peer);
}

/**
 * What counts as one client in a rate limit: an IPv4 address, or the /64 of an IPv6 address, because whoever
 * has one address there has 2^64 of them.
 */
export function addressGroup(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = "", tail] = address.split("%", 1)[0]?.split("::") ?? [];
  const groups = head === "" ? [] : head.split(":");
  if (tail !== undefined) {
    // A dotted tail (::1.2.3.4) stands for two groups; it is never among the first four unless they are zero.
    const after = tail === "" ? 0 : tail.split(":").length + (tail.includes(".") ? 1 : 0);
    const known = tail === "" ? [] : tail.split(":");
    groups.push(...Array<string>(8 - groups.length - after).fill("0"), ...known);
  }
  const prefix = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${prefix.join(":")}::/64`;
}

/** `1.2.3.4:5` and `[::1]:5`, as some proxies write them, without the port. */
function withoutPort(entry: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(entry);
  if (bracketed) return bracketed[1] ?? "";
  return /^[^:]+:\d+$/.test(entry) ? entry.slice(0, entry.indexOf(":")) : entry;
}
