/**
 * @module net/ws-socket
 * A WebSocket that a server was asked for, and what happens on it. One port may carry several kinds of them: what
 * hangs on each socket is told.
 */
import { MAX_FRAME_BYTES } from "../wire/frame.ts";

/** Who is told of one socket. */
export interface WsEvents {
  /** It is open. */
  attached(socket: WsSocket): void;
  message(message: string | Uint8Array): void;
  /** The peer gave a sign of life, no message. */
  alive(): void;
  /** What was sent is taken by the kernel, all of it or some. */
  drained(): void;
  /** It is closed, by whomever. */
  detached(code: number, reason: string): void;
}

export type WsSocket = Bun.ServerWebSocket<WsEvents>;

/** A message between the longest frame and this is answered as no frame; beyond, Bun cuts the connection. */
const MAX_MESSAGE_BYTES = 2 * MAX_FRAME_BYTES;

/** For `Bun.serve`. */
export const webSockets: Bun.WebSocketHandler<WsEvents> = {
  maxPayloadLength: MAX_MESSAGE_BYTES,
  idleTimeout: 0, // ours, see sweeper.ts
  sendPings: false,
  backpressureLimit: 0, // no limit: who sends stops at the first message that backs up
  perMessageDeflate: false,
  open: (socket) => socket.data.attached(socket),
  message: (socket, message) => socket.data.message(message),
  ping: (socket) => socket.data.alive(),
  pong: (socket) => socket.data.alive(),
  drain: (socket) => socket.data.drained(),
  close: (socket, code, reason) => socket.data.detached(code, reason),
};

/** An answer to a request that becomes no WebSocket. */
export function noWebSocket(status: 404 | 426 | 503, text: string): Response {
  return new Response(`${text}\n`, { status, headers: { Upgrade: "websocket", Connection: "close" } });
}
