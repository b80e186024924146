/**
 * @module config/kinds
 * The kinds of value a configuration key can have: how one is read from text, how it is written back, and
 * what is allowed, in words that end up in error messages and in config.ini.example.
 */

import { addressText } from "../lib/address.ts";

/** A parsed value in a box, so that `undefined` and `false` can be values too. */
export interface Parsed<T> {
  readonly value: T;
}

export interface Kind<T> {
  /** Completes the sentence "must be …". */
  readonly allowed: string;
  /** Never shown: not in errors, logs, `check` or the example. */
  readonly secret: boolean;
  /** @returns undefined when the text is not allowed. */
  parse(text: string): Parsed<T> | undefined;
  /** The text that parses to this value; "" for one that is not set. */
  format(value: T): string;
}

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** A token bucket, structurally coordination's LimitRule: `burst` at once, refilled evenly over `perMs`. */
export interface Rate {
  readonly burst: number;
  /** Milliseconds; written in seconds. */
  readonly perMs: number;
}

const kind = <T>(
  allowed: string,
  parse: (text: string) => Parsed<T> | undefined,
  format: (value: T) => string = String,
): Kind<T> => ({ allowed, secret: false, parse, format });

const ok = <T>(value: T): Parsed<T> => ({ value });

/** A whole number within a range, bounds included. */
export function int(min: number, max: number): Kind<number> {
  return kind(`a whole number from ${min} to ${max}`, (text) => {
    const value = /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    return value >= min && value <= max ? ok(value) : undefined;
  });
}

/** A TCP port to bind or dial. 0 binds any free one. */
export const port = int(0, 65_535);

/** A TCP port, or nothing: then what it belongs to is off. */
export const optionalPort: Kind<number | undefined> = kind<number | undefined>(
  `${port.allowed}, or empty for off`,
  (text) => (text === "" ? ok(undefined) : port.parse(text)),
  (value) => (value === undefined ? "" : String(value)),
);

const BOOLS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  "1": true,
  false: false,
  no: false,
  off: false,
  "0": false,
};

export const bool: Kind<boolean> = kind("true or false", (text) => {
  const value = BOOLS[text.toLowerCase()];
  return value === undefined ? undefined : ok(value);
});

/** One of a few words. */
export function oneOf<const W extends string>(...words: W[]): Kind<W> {
  return kind(`one of ${words.join(", ")}`, (text) => {
    const word = words.find((w) => w === text);
    return word === undefined ? undefined : ok(word);
  });
}

/** Any text; may be empty. */
export const text: Kind<string> = kind("a text", ok);

/** Text that must not be empty. */
export const name: Kind<string> = kind("a text, not empty", (given) =>
  given === "" ? undefined : ok(given),
);

/** Text that is never shown. */
export const secret: Kind<string> = { ...text, secret: true };

/** A file or folder. A relative one starts at the working directory. */
export const path: Kind<string> = kind("a path", ok);

const HOST = /^(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?|(?=.*:.*:)[0-9A-Fa-f:.]+)$/;

/** A host name or an IPv4 or IPv6 address, without scheme, port or brackets. */
export const host: Kind<string> = kind("a host name or an IP address, without a port", (given) =>
  HOST.test(given) ? ok(given) : undefined,
);

/** A host, or nothing. */
export const optionalHost: Kind<string> = kind(`${host.allowed}, or empty`, (given) =>
  given === "" ? ok("") : host.parse(given),
);

/** An absolute URL with one of these schemes, or nothing. */
export function url(...schemes: string[]): Kind<string> {
  const prefixes = schemes.map((scheme) => `${scheme}://`);
  return kind(`a URL that starts with ${prefixes.join(" or ")}, or empty`, (given) => {
    if (given === "") return ok("");
    return prefixes.some((prefix) => given.startsWith(prefix)) && URL.canParse(given) ? ok(given) : undefined;
  });
}

/** A URL with one of these schemes, a host and maybe a port, nothing behind them; or nothing. Without a slash at the end. */
export function origin(...schemes: string[]): Kind<string> {
  const prefixes = schemes.map((scheme) => `${scheme}://`);
  const allowed = `${prefixes.join(" or ")} with a host and maybe a port, nothing behind them, or empty`;
  return kind(allowed, (given) => {
    if (given === "") return ok("");
    const bare = given.replace(/\/$/, "");
    const fits = prefixes.some((prefix) => bare.startsWith(prefix)) && URL.canParse(bare);
    return fits && !/[/?#@\s]/.test(bare.slice(bare.indexOf("://") + 3)) ? ok(bare) : undefined;
  });
}

/** The same kind, its values never shown. */
export const hidden = <T>(of: Kind<T>): Kind<T> => ({ ...of, secret: true });

function parseHostPort(text: string): HostPort | undefined {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const parsedHost = host.parse(match?.[1] ?? match?.[2] ?? "");
  const parsedPort = port.parse(match?.[3] ?? "");
  return parsedHost && parsedPort ? { host: parsedHost.value, port: parsedPort.value } : undefined;
}

/** `host:port` pairs with commas between them; IPv6 in brackets. Empty for none. */
export const hostPorts: Kind<readonly HostPort[]> = kind<readonly HostPort[]>(
  "a list host:port,host:port,…, or empty",
  (given) => {
    const pairs = given
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== "")
      .map(parseHostPort);
    const good = pairs.filter((pair) => pair !== undefined);
    return good.length === pairs.length ? ok(good) : undefined;
  },
  (pairs) => pairs.map(addressText).join(","),
);

/** `burst/seconds`: so many at once, as many again in that time. */
export const rate: Kind<Rate> = kind<Rate>(
  "burst/seconds, both whole numbers above 0, for instance 30/60",
  (given) => {
    const match = /^([1-9]\d{0,8})\s*\/\s*([1-9]\d{0,6})$/.exec(given);
    return match ? ok({ burst: Number(match[1]), perMs: Number(match[2]) * 1000 }) : undefined;
  },
  (value) => `${value.burst}/${value.perMs / 1000}`,
);
