/**
 * @module http/server
 * Puts the app, and the web client beside it, on a port. HTTP/1.1 with keep-alive; pipelining is not spoken:
 * Bun ends a connection on which a request arrives before the former was answered.
 */
import { toAppError } from "../domain/error.ts";
import type { KeyPair } from "../lib/certificates.ts";
import type { Logger } from "../lib/log.ts";
import { Reopenable } from "../lib/reopenable.ts";
import { type WsEvents, webSockets } from "../net/ws-socket.ts";
import { WS_PATH } from "../wire/http.ts";
import { failureResponse } from "./answer.ts";
import type { HttpApp } from "./app.ts";
import { pageFiles } from "./page.ts";
import { pathOf } from "./path.ts";
import type { WebSocketEndpoint } from "./web-socket.ts";

export interface HttpServerOptions {
  /** The address to bind, and the port; 0 for any free one. */
  readonly host: string;
  readonly port: number;
  readonly app: HttpApp;
  /** TLS with what is current when the socket is opened; without it is plain HTTP. */
  readonly tls?: { readonly current: KeyPair } | undefined;
  /** What takes requests for `/ws`; without it they are as unknown as any other path. */
  readonly sockets?: WebSocketEndpoint | undefined;
  /** The web client, `import page from "….html"`; served at `/`. */
  readonly page?: Bun.HTMLBundle | undefined;
  readonly logger: Logger;
}

export interface HttpServer {
  /** What is bound, the port as it really is. */
  readonly host: string;
  readonly port: number;
  /** `http://host:port` or `https://…`, without a slash at the end. */
  readonly url: string;
  /**
   * Closes the listening socket, or opens it again at the same address; requests under way go on.
   * @throws Error of the system when it cannot be opened
   */
  setAccepting(accepting: boolean): void;
  /** As net/listener's: new connections meet the TLS that is current now. @throws Error of the system; it is closed then */
  reopen(): void;
  /**
   * Takes no new connection, lets requests under way finish for at most `graceMs` (5 s unless given), then
   * closes everything.
   */
  stop(graceMs?: number): Promise<void>;
}

/**
 * Seconds without a byte after which a connection is closed, between requests and within one. More than the 60 that
 * balancers keep an idle one: whoever closes first must be the balancer, or it sends a request into a closed connection.
 */
export const IDLE_TIMEOUT_S = 75;
/** The slowest call waits for a mail server (mail/mail: 10 s); whoever stops the process does not wait for that. */
const GRACE_MS = 5_000;

/** @throws Error when the port is taken or the certificate and key cannot be used. */
export function startHttp(options: HttpServerOptions): HttpServer {
  const { host, port, app, tls, page, sockets, logger } = options;
  const files = page ? pageFiles(page) : undefined;
  const open = (port: number) =>
    Bun.serve<WsEvents>({
      hostname: host,
      port,
      idleTimeout: IDLE_TIMEOUT_S,
      // The app reads no more than it needs and answers what is too large itself, with status 200 (http/body).
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      development: false,
      // Bun's default outside development is to share the port with whoever has it already.
      reusePort: false,
      fetch: (request, connection) => {
        const path = pathOf(request.url);
        const peer = connection.requestIP(request)?.address ?? "";
        if (path === WS_PATH && sockets) return sockets(request, connection, peer);
        const file = isRead(request.method) ? files?.get(path) : undefined;
        return file?.() ?? app.fetch(request, { peer });
      },
      websocket: webSockets,
      // A page that was not built ahead is Bun's to bundle and to serve.
      ...(page && files?.size === 0 && { routes: { "/": page } }),
      error: (error) => {
        logger.log("error", "http.unexpected", { error });
        return failureResponse(toAppError(error));
      },
      ...(tls && { tls: tls.current }),
    });

  const listening = new Reopenable(port, {
    open,
    portOf: (server) => server.port ?? port,
    close: (server) => server.stop(),
  });
  return {
    host: listening.first.hostname ?? host,
    port: listening.port,
    url: listening.first.url.origin,
    setAccepting: (accepting) => listening.setAccepting(accepting),
    reopen: () => listening.reopen(),
    stop: async (graceMs = GRACE_MS) => {
      const ended = listening.end();
      const cut = setTimeout(() => {
        for (const server of listening.all) void server.stop(true);
      }, graceMs);
      await ended;
      clearTimeout(cut);
    },
  };
}

const isRead = (method: string): boolean => method === "GET" || method === "HEAD";
