/**
 * @module net/ws
 * Frames over WebSocket, with or without TLS: one binary message is one frame.
 */

import { plainAddress } from "../lib/address.ts";
import { Reopenable } from "../lib/reopenable.ts";
import { HEADER_BYTES } from "../wire/frame.ts";
import { BaseConnection } from "./base.ts";
import type { CloseReason } from "./connection.ts";
import { ConnectionGroup } from "./group.ts";
import type { Listener, ListenOptions } from "./listener.ts";
import type { FrameQueue } from "./queue.ts";
import { noWebSocket, type WsEvents, type WsSocket, webSockets } from "./ws-socket.ts";

/** Seconds that a request which is to become a WebSocket may take. */
const UPGRADE_SECONDS = 10;

/** Close codes of RFC 6455, section 7.4.1, for a connection that is closed in good order. */
const closeCodes: { readonly [R in CloseReason]: number } = {
  peer: 1000,
  ended: 1000,
  shutdown: 1001,
  protocol: 1002,
  idle: 1008,
  deadline: 1008,
  overflow: 1008,
  error: 1011,
};

/** Read in place of a message that is not exactly one frame: a header that cannot be. */
const NO_FRAME = new Uint8Array(HEADER_BYTES);

class WsConnection<S> extends BaseConnection<S> implements WsEvents {
  override readonly remoteAddress: string;
  /** Set when it is open: nobody knows of the connection before. */
  declare socket: WsSocket;

  constructor(group: ConnectionGroup<S>, remoteAddress: string) {
    super(group);
    this.remoteAddress = remoteAddress;
  }

  override get kind(): "ws" {
    return "ws";
  }

  attached(socket: WsSocket): void {
    this.socket = socket;
    this.accepted();
    this.opened();
  }

  message(message: string | Uint8Array): void {
    this.touch();
    this.reader.push(typeof message !== "string" && isOneFrame(message) ? message : NO_FRAME);
    this.flush(); // a close that came in the same read takes effect before this turn ends
  }

  alive(): void {
    this.touch();
  }

  drained(): void {
    if (this.transportBytes === 0) this.writable();
  }

  detached(): void {
    this.gone("peer");
  }

  protected override get transportBytes(): number {
    return this.socket.getBufferedAmount();
  }

  protected override transmit(queue: FrameQueue): boolean {
    const { socket } = this;
    socket.cork(() => {
      while (queue.length > 0) {
        const frame = queue.first();
        const sent = socket.sendBinary(frame);
        if (sent === 0) {
          this.destroy("error");
          return;
        }
        queue.take(frame.length);
        if (sent < 0) return;
      }
    });
    return queue.length === 0 && this.transportBytes === 0;
  }

  protected override shutdown(reason: CloseReason): void {
    this.socket.close(closeCodes[reason], reason);
  }

  protected override cut(): void {
    this.socket.terminate();
  }

  override setReading(reading: boolean): void {
    if (reading) this.socket.resume();
    else this.socket.pause();
  }
}

/** Makes a request a WebSocket, whichever server it came to. @returns what is answered instead, if it does not become one. */
export type WsAcceptor = (
  request: Request,
  server: Bun.Server<WsEvents>,
  /** The client's address. */
  address: string,
) => Response | undefined;

export interface WsListenOptions<S> extends ListenOptions<S> {
  /** The client's address where the request proves that it comes for somebody else. */
  readonly clientOf?: (request: Request) => string | undefined;
}

export interface WsListener extends Listener {
  /** Takes a connection that came to another port of this process. */
  readonly accept: WsAcceptor;
}

/**
 * Listens for WebSocket connections, on any path; a request that asks for none gets 426.
 * @throws Error of the system when the address cannot be bound.
 */
export function listenWs<S>(options: WsListenOptions<S>): WsListener {
  const group = new ConnectionGroup(options);
  let accepting = true;
  const accept: WsAcceptor = (request, server, address) => {
    if (!accepting) return noWebSocket(503, "no new connections at the moment");
    if (!group.admits()) return noWebSocket(503, "too many connections");
    if (server.upgrade(request, { data: new WsConnection(group, address) })) return undefined;
    return noWebSocket(426, "WebSocket only");
  };
  const open = (port: number) =>
    Bun.serve<WsEvents>({
      hostname: options.host,
      port,
      ...(options.tls && { tls: options.tls.current }),
      idleTimeout: UPGRADE_SECONDS,
      fetch(request, server) {
        const peer = plainAddress(server.requestIP(request)?.address ?? "");
        return accept(request, server, options.clientOf?.(request) ?? peer);
      },
      websocket: webSockets,
    });
  const listening = new Reopenable(options.port, {
    open,
    portOf: (server) => server.port ?? options.port,
    close: (server) => server.stop(),
  });
  const address = { host: listening.first.hostname ?? options.host, port: listening.port };
  const setAccepting = (wanted: boolean) => {
    accepting = wanted;
    listening.setAccepting(wanted);
  };
  const end = () => {
    accepting = false;
    return listening.end();
  };
  return {
    address,
    get connections() {
      return group.size;
    },
    accept,
    setAccepting,
    reopen: () => listening.reopen(),
    stopAccepting: () => void end(),
    async stop() {
      const stopped = end();
      await group.endAll();
      await stopped;
    },
  };
}

/** Whether the header's length is the message's. */
function isOneFrame(message: Uint8Array): boolean {
  if (message.length < HEADER_BYTES) return false;
  return (((message[2] ?? 0) << 8) | (message[3] ?? 0)) === message.length;
}
