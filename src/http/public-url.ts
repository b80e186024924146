/**
 * @module http/public-url
 * How people reach this gateway, and through it the WebSocket of a chat node, where they cannot reach that itself.
 */
import { isLoopback } from "../lib/loopback.ts";
import { WS_PATH } from "../wire/http.ts";

export interface PublicUrlOptions {
  /** `https://chat.example.org`, without a slash at the end; "" when nobody said. */
  readonly publicUrl: string;
  /** Whether X-Forwarded-Proto and X-Forwarded-Host are believed. */
  readonly trustProxy: boolean;
}

/** The origin under which the client of a request reaches this gateway; undefined when the request does not tell. */
export function originOf({ url, headers }: Request, options: PublicUrlOptions): string | undefined {
  if (options.publicUrl !== "") return options.publicUrl;
  // The first entry is what the client asked, the others are steps on the way.
  const forwarded = (name: string) =>
    options.trustProxy ? headers.get(name)?.split(",", 1)[0]?.trim() : undefined;
  const scheme = forwarded("x-forwarded-proto") ?? (url.startsWith("https:") ? "https" : "http");
  const origin = `${scheme}://${forwarded("x-forwarded-host") ?? headers.get("host") ?? ""}`;
  return /^https?:\/\/[^\s/?#@\\]+$/.test(origin) && URL.canParse(origin)
    ? new URL(origin).origin
    : undefined;
}

/** A chat node, as far as its WebSocket is concerned. */
export interface WebSocketPlace {
  /** Its name; "" when it is not known. */
  readonly node: string;
  /** Where it says that its WebSocket is; "" for nowhere. */
  readonly wsUrl: string;
}

/**
 * The URL to tell a client: the node's own, or this gateway's, which relays. A page that came over TLS may open
 * nothing but TLS, and whoever gave this gateway a public address has one port for all.
 */
export function webSocketUrl(
  { node, wsUrl }: WebSocketPlace,
  origin: string | undefined,
  { publicUrl }: PublicUrlOptions,
): string {
  const relays = publicUrl !== "" || origin?.startsWith("https:") === true;
  if (wsUrl === "" || node === "" || origin === undefined || !relays || isSecurePlace(wsUrl, origin))
    return wsUrl;
  return `${origin.replace(/^http/, "ws")}${WS_PATH}?node=${encodeURIComponent(node)}`;
}

/** Whether it can be opened from a page that came over TLS, as far as can be told: a loopback is one's own only. */
function isSecurePlace(wsUrl: string, origin: string): boolean {
  if (!wsUrl.startsWith("wss://") || !URL.canParse(wsUrl)) return false;
  return !isLoopback(new URL(wsUrl).hostname) || isLoopback(new URL(origin).hostname);
}
