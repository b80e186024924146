/**
 * @module web/model/address
 * Where the chat server is, as this browser can reach it.
 */
import type { Placement } from "../../client/index.ts";
import { WS_PATH } from "../../wire/http.ts";

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** Where the page came from; the part of `location` that is used. */
export interface PageOrigin {
  readonly protocol: string;
  /** With the port. */
  readonly host: string;
  readonly hostname: string;
}

/**
 * The URL to dial: what the server tells, unless a page like this one cannot open it. A page that came over TLS may open
 * nothing but TLS; and a server that was not told its public name says that it is on the loopback, which is another
 * one here. Then the host that served the page relays. @returns undefined when there is no WebSocket at all.
 */
export function webSocketUrl({ ws_url, node }: Placement, page: PageOrigin): string | undefined {
  if (ws_url === undefined) return undefined;
  const url = new URL(ws_url);
  const isElsewhere = LOOPBACK.test(url.hostname) && !LOOPBACK.test(page.hostname);
  const isForbidden = page.protocol === "https:" && url.protocol !== "wss:";
  if (!isElsewhere && !isForbidden) return ws_url;
  const query = node === undefined ? "" : `?node=${encodeURIComponent(node)}`;
  return `${page.protocol === "https:" ? "wss" : "ws"}://${page.host}${WS_PATH}${query}`;
}
