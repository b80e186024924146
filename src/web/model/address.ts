/**
 * @module web/model/address
 * Where the chat server is, as this browser can reach it.
 */

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * The address to dial. A server that was not told its public name ([ChattingServer] host) says that it is on the
 * loopback; to a browser on another machine that would be its own, so the host that served the page is taken.
 */
export function reachable(wsUrl: string, pageHost: string): string {
  const url = new URL(wsUrl);
  if (LOOPBACK.test(url.hostname) && !LOOPBACK.test(pageHost)) url.hostname = pageHost;
  return url.href;
}
