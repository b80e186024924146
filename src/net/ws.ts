/**
 * @module net/ws
 * Frames over WebSocket, with or without TLS: one binary message is one frame.
 */

import { plainAddress } from "../lib/address.ts";
import { Reopenable } from "../lib/reopenable.ts";
import { HEADER_BYTES, MAX_FRAME_BYTES } from "../wire/frame.ts";
import { BaseConnection } from "./base.ts";
import type { CloseReason } from "./connection.ts";
import { ConnectionGroup } from "./group.ts";
import type { Listener, ListenOptions } from "./listener.ts";
import type { FrameQueue } from "./queue.ts";

/** Seconds that a request which is to become a WebSocket may take. */
const UPGRADE_SECONDS = 10;

/** A message between the longest frame and this is answered as no frame; beyond, Bun cuts the connection. */
const MAX_MESSAGE_BYTES = 2 * MAX_FRAME_BYTES;

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

interface SocketData<S> {
  readonly address: string;
  /** Set when the socket is open. */
  connection: WsConnection<S> | undefined;
}
type WsSocket<S> = Bun.ServerWebSocket<SocketData<S>>;

class WsConnection<S> extends BaseConnection<S> {
  readonly #socket: WsSocket<S>;

  constructor(group: ConnectionGroup<S>, socket: WsSocket<S>) {
    super(group);
    this.#socket = socket;
  }

  override get kind(): "ws" {
    return "ws";
  }

  override get remoteAddress(): string {
    return this.#socket.data.address;
  }

  message(message: string | Uint8Array): void {
    this.touch();
    this.reader.push(typeof message !== "string" && isOneFrame(message) ? message : NO_FRAME);
    this.flush(); // a close that came in the same read takes effect before this turn ends
  }

  protected override get transportBytes(): number {
    return this.#socket.getBufferedAmount();
  }

  protected override transmit(queue: FrameQueue): boolean {
    const socket = this.#socket;
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
    this.#socket.close(closeCodes[reason], reason);
  }

  protected override cut(): void {
    this.#socket.terminate();
  }

  override setReading(reading: boolean): void {
    if (reading) this.#socket.resume();
    else this.#socket.pause();
  }
}

/**
 * Listens for WebSocket connections, on any path; a request that asks for none gets 426.
 * @throws Error of the system when the address cannot be bound.
 */
export function listenWs<S>(options: ListenOptions<S>): Listener {
  const group = new ConnectionGroup(options);
  const open = (port: number) =>
    Bun.serve<SocketData<S>>({
      hostname: options.host,
      port,
      ...(options.tls && { tls: options.tls }),
      idleTimeout: UPGRADE_SECONDS,
      fetch(request, server) {
        if (!group.admits()) return refusal(503, "too many connections");
        const address = plainAddress(server.requestIP(request)?.address ?? "");
        if (server.upgrade(request, { data: { address, connection: undefined } })) return undefined;
        return refusal(426, "WebSocket only");
      },
      websocket: {
        maxPayloadLength: MAX_MESSAGE_BYTES,
        idleTimeout: 0, // ours, see sweeper.ts
        sendPings: false,
        backpressureLimit: 0, // no limit: the queue stops at the first message that backs up
        perMessageDeflate: false,
        open(socket) {
          const connection = new WsConnection(group, socket);
          socket.data.connection = connection;
          connection.accepted();
          connection.opened();
        },
        message: (socket, message) => socket.data.connection?.message(message),
        ping: (socket) => socket.data.connection?.touch(),
        pong: (socket) => socket.data.connection?.touch(),
        drain(socket) {
          if (socket.getBufferedAmount() === 0) socket.data.connection?.writable();
        },
        close: (socket) => socket.data.connection?.gone("peer"),
      },
    });
  const listening = new Reopenable(options.port, {
    open,
    portOf: (server) => server.port ?? options.port,
    close: (server) => server.stop(),
  });
  const address = { host: listening.first.hostname ?? options.host, port: listening.port };
  return {
    address,
    get connections() {
      return group.size;
    },
    setAccepting: (accepting) => listening.setAccepting(accepting),
    stopAccepting: () => void listening.end(),
    async stop() {
      const stopped = listening.end();
      await group.endAll();
      await stopped;
    },
  };
}

function refusal(status: number, text: string): Response {
  return new Response(`${text}\n`, { status, headers: { Upgrade: "websocket", Connection: "close" } });
}

/** Whether the header's length is the message's. */
function isOneFrame(message: Uint8Array): boolean {
  if (message.length < HEADER_BYTES) return false;
  return (((message[2] ?? 0) << 8) | (message[3] ?? 0)) === message.length;
}
