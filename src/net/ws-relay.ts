/**
 * @module net/ws-relay
 * A client's WebSocket that ends here, and another one to the server it is meant for: messages pass between them as they
 * are, in order. Whoever does not read stops the other side; when either ends, so does the other one.
 */
import type { Logger } from "../lib/log.ts";
import { CLOSE_GRACE_MS } from "./connection.ts";
import { noWebSocket, type WsEvents, type WsSocket } from "./ws-socket.ts";

/** The server a client is meant for. */
export interface RelayTarget {
  /** `ws://…` or `wss://…`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** How a server of `wss` proves itself; the system's authorities and its url's host unless given. */
  readonly tls?: { readonly ca?: string[]; readonly serverName?: string };
}

/** The types know the browser's WebSocket; Bun's own, which this is, has headers, certificates and pauses. */
const BunWebSocket = WebSocket as unknown as new (
  url: string,
  options: Bun.WebSocketOptions,
) => Bun.WebSocket;

/** Bytes that may wait for one side before the other one is not read any more. */
const HIGH_WATER_BYTES = 256 * 1024;
/** What the server may take to be reached, milliseconds. */
const CONNECT_MS = 5_000;
/** A client's WebSocket does not tell when it has sent what waits, so it is asked, milliseconds. */
const ASK_MS = 10;

/** Close codes of RFC 6455, section 7.4.1. */
const GOING_AWAY = 1001;
const TOO_MUCH = 1008;
const TRY_AGAIN_LATER = 1013;

export class WsRelay implements WsEvents {
  readonly #target: RelayTarget;
  readonly #log: Logger;
  readonly #ended: (relay: WsRelay) => void;
  #client: WsSocket | undefined;
  #server: Bun.WebSocket | undefined;
  /** What the client sent before the server was reached. */
  #early: (string | Uint8Array)[] = [];
  #earlyBytes = 0;
  #timer: Timer | undefined;
  /** The end that the client is told once it has read the rest. */
  #farewell: { readonly code: number; readonly reason: string } | undefined;

  /** @param ended is told once, when nothing is left of it. */
  constructor(target: RelayTarget, log: Logger, ended: (relay: WsRelay) => void) {
    this.#target = target;
    this.#log = log;
    this.#ended = ended;
  }

  attached(client: WsSocket): void {
    this.#client = client;
    client.pause();
    const { url, headers, tls } = this.#target;
    const server = new BunWebSocket(url, { headers, perMessageDeflate: false, ...(tls && { tls }) });
    server.binaryType = "nodebuffer";
    this.#server = server;
    this.#timer = setTimeout(() => this.#lost("no connection in time"), CONNECT_MS);
    server.onopen = () => this.#reached(server, client);
    server.onmessage = ({ data }) => this.#toClient(data);
    server.onerror = ({ message }) => this.#lost(message);
    server.onclose = ({ code, reason }) => this.end(sendable(code), reason);
  }

  message(message: string | Uint8Array): void {
    if (this.#farewell) return;
    const server = this.#server;
    if (server?.readyState === WebSocket.OPEN) {
      server.send(message);
      if (server.bufferedAmount > HIGH_WATER_BYTES) this.#waitFor(server);
      return;
    }
    // The socket is paused; what it had read already comes nevertheless. The message's bytes are lent.
    this.#earlyBytes += message.length;
    if (this.#earlyBytes > HIGH_WATER_BYTES) this.end(TOO_MUCH, "too much before the server was reached");
    else this.#early.push(typeof message === "string" ? message : message.slice());
  }

  alive(): void {
    if (this.#server?.readyState === WebSocket.OPEN) this.#server.ping();
  }

  drained(): void {
    if (this.#client?.getBufferedAmount() !== 0) return;
    if (this.#farewell) this.#client.close(this.#farewell.code, this.#farewell.reason);
    else this.#server?.resume();
  }

  detached(): void {
    clearTimeout(this.#timer);
    this.#client = undefined;
    this.#early = [];
    const server = this.#server;
    this.#server = undefined;
    if (server) {
      server.onopen = server.onmessage = server.onerror = server.onclose = null;
      server.resume(); // so that its own end is seen
      server.close(GOING_AWAY);
    }
    this.#ended(this);
  }

  /** Tells the client that it is over, behind what waits for it. */
  end(code = GOING_AWAY, reason = ""): void {
    const client = this.#client;
    if (client === undefined || this.#farewell) return;
    this.#farewell = { code, reason };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => client.terminate(), CLOSE_GRACE_MS);
    client.resume(); // so that its own end is seen
    if (client.getBufferedAmount() === 0) client.close(code, reason);
  }

  #reached(server: Bun.WebSocket, client: WsSocket): void {
    clearTimeout(this.#timer);
    for (const message of this.#early) server.send(message);
    this.#early = [];
    client.resume();
  }

  #toClient(message: string | Uint8Array): void {
    const client = this.#client;
    if (client === undefined || this.#farewell) return;
    if (typeof message === "string") client.sendText(message);
    else client.sendBinary(message);
    if (client.getBufferedAmount() > HIGH_WATER_BYTES) this.#server?.pause();
  }

  /** Does not read the client until half of what waits for the server has left. */
  #waitFor(server: Bun.WebSocket): void {
    this.#client?.pause();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (server.bufferedAmount > HIGH_WATER_BYTES / 2) this.#waitFor(server);
      else this.#client?.resume();
    }, ASK_MS);
  }

  #lost(reason: string): void {
    if (this.#client === undefined || this.#farewell) return;
    this.#log.log("warn", "relay.failed", { url: this.#target.url, reason });
    this.end(TRY_AGAIN_LATER, "the chat server cannot be reached");
  }
}

/** The relays of one process. */
export class WsRelays {
  readonly #log: Logger;
  readonly #open = new Set<WsRelay>();
  #emptied: (() => void) | undefined;

  constructor(log: Logger) {
    this.#log = log;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Makes a request a WebSocket that is relayed. @returns what is answered instead, if it does not become one. */
  accept(request: Request, server: Bun.Server<WsEvents>, target: RelayTarget): Response | undefined {
    const relay = new WsRelay(target, this.#log, () => {
      this.#open.delete(relay);
      if (this.#open.size === 0) this.#emptied?.();
    });
    if (!server.upgrade(request, { data: relay })) return noWebSocket(426, "WebSocket only");
    this.#open.add(relay);
    return undefined;
  }

  /** Ends all, and resolves when none is left. */
  async endAll(): Promise<void> {
    if (this.#open.size === 0) return;
    const emptied = new Promise<void>((resolve) => {
      this.#emptied = resolve;
    });
    for (const relay of [...this.#open]) relay.end();
    await emptied;
  }
}

/** A code that may be sent: those for a connection that ended without one may not. */
const sendable = (code: number): number =>
  code === 1005 || code === 1006 || code === 1015 ? GOING_AWAY : code;
