/**
 * @module client/ws
 * Frames over WebSocket, one binary message each. Works in a browser and in Bun.
 */
import { FrameDecoder } from "../wire/frame.ts";
import { connectionLost } from "./errors.ts";
import type { Placement } from "./http.ts";
import type { Dialer, Transport, TransportEvents } from "./transport.ts";

export interface WsOptions {
  /** Makes the socket; for an environment that needs options of its own (authorities, a proxy). */
  open?: (url: string) => WebSocket;
  /** The URL to dial for a placement; its `ws_url` unless given. */
  urlOf?: (placement: Placement) => string | undefined;
  /** Milliseconds until an attempt to connect is given up; 5 seconds unless given. */
  connectTimeoutMs?: number;
}

/** Dials the node of a placement. */
export function wsDialer(options: WsOptions = {}): Dialer {
  const { open = (url: string) => new WebSocket(url), connectTimeoutMs = 5_000 } = options;
  const { urlOf = ({ ws_url }: Placement) => ws_url } = options;
  return (placement, events) =>
    new Promise((resolve, reject) => {
      const url = urlOf(placement);
      if (!url) return reject(connectionLost("the chat server offers no WebSocket"));
      const socket = open(url);
      socket.binaryType = "arraybuffer";
      const fail = (reason: string) => {
        socket.onopen = socket.onclose = socket.onerror = null;
        socket.close();
        reject(connectionLost(reason));
      };
      const timer = setTimeout(
        () => fail(`no connection to ${url} in ${connectTimeoutMs} ms`),
        connectTimeoutMs,
      );
      socket.onerror = () => {};
      socket.onclose = () => {
        clearTimeout(timer);
        fail(`no connection to ${url}`);
      };
      socket.onopen = () => {
        clearTimeout(timer);
        resolve(transportOf(socket, events));
      };
    });
}

function transportOf(socket: WebSocket, events: TransportEvents): Transport {
  const decoder = new FrameDecoder();
  let closed = false;
  const gone = (reason: string) => {
    if (closed) return;
    closed = true;
    socket.close();
    events.closed(reason);
  };
  socket.onmessage = ({ data }: MessageEvent) => {
    if (closed || !(data instanceof ArrayBuffer)) return;
    try {
      decoder.push(new Uint8Array(data), (id, body) => events.frame(id, body));
    } catch (error) {
      gone(String(error));
    }
  };
  socket.onclose = ({ reason }) => gone(reason || "the server closed the connection");
  return {
    send: (frame) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(frame as Uint8Array<ArrayBuffer>);
    },
    close: () => socket.close(),
  };
}
