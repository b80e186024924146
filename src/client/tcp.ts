/**
 * @module client/tcp
 * Frames over TCP, with or without TLS. The one file of the SDK that needs Bun.
 */
import { FrameDecoder } from "../wire/frame.ts";
import { connectionLost } from "./errors.ts";
import type { Dialer, Transport, TransportEvents } from "./transport.ts";

/** How long `close` waits for a peer that takes nothing any more, milliseconds. */
const LINGER_MS = 1_000;

export interface TcpOptions {
  /** `true` for TLS with the system's authorities, or Bun's TLS options (`ca`, …). */
  tls?: boolean | Bun.TLSOptions;
  /** Milliseconds until an attempt to connect is given up; 5 seconds unless given. */
  connectTimeoutMs?: number;
}

/** Dials `host` and `port` of the placement. */
export function tcpDialer({ tls, connectTimeoutMs = 5_000 }: TcpOptions = {}): Dialer {
  return async ({ host, port }, events) => {
    const transport = new TcpTransport(events);
    const connecting = Bun.connect({
      hostname: host,
      port: Number(port),
      ...(tls !== undefined && { tls }),
      socket: transport.handlers,
    });
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      const give = () => reject(connectionLost(`no connection to ${host}:${port} in ${connectTimeoutMs} ms`));
      timer = setTimeout(give, connectTimeoutMs);
    });
    try {
      await Promise.race([connecting, late]);
      return transport;
    } catch (error) {
      connecting.then(
        (socket) => socket.terminate(),
        () => {},
      );
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };
}

class TcpTransport implements Transport {
  readonly #decoder = new FrameDecoder();
  readonly #events: TransportEvents;
  #socket: Bun.Socket<undefined> | undefined;
  /** Frames of this turn, written together at its end. */
  #queue: Uint8Array[] = [];
  /** What the socket did not take. */
  #rest: Uint8Array | undefined;
  #scheduled = false;
  #closing = false;
  #linger: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  readonly handlers: Bun.SocketHandler<undefined> = {
    open: (socket) => {
      this.#socket = socket;
    },
    data: (_socket, chunk) => {
      try {
        this.#decoder.push(chunk, (id, body) => this.#events.frame(id, body));
      } catch (error) {
        this.#gone(String(error));
      }
    },
    drain: () => this.#flush(),
    close: () => this.#gone("the server closed the connection"),
    error: (_socket, error) => this.#gone(error.message),
    connectError: () => {},
  };

  constructor(events: TransportEvents) {
    this.#events = events;
  }

  send(frame: Uint8Array): void {
    if (this.#closed || this.#closing) return;
    this.#queue.push(frame);
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => this.#flush());
  }

  close(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#flush();
    if (!this.#closed) this.#linger = setTimeout(() => this.#gone("closed"), LINGER_MS);
  }

  #flush(): void {
    this.#scheduled = false;
    const socket = this.#socket;
    if (!socket || this.#closed) return;
    const bytes = joined(this.#rest, this.#queue);
    this.#queue = [];
    const written = bytes.length === 0 ? 0 : socket.write(bytes);
    if (written < 0) {
      this.#gone("the connection is closed");
      return;
    }
    this.#rest = written < bytes.length ? bytes.subarray(written) : undefined;
    if (this.#closing && !this.#rest) socket.end();
  }

  #gone(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#linger);
    this.#socket?.terminate();
    this.#events.closed(reason);
  }
}

function joined(rest: Uint8Array | undefined, queue: readonly Uint8Array[]): Uint8Array {
  const [first] = queue;
  if (!rest && queue.length === 1 && first) return first;
  return Buffer.concat(rest ? [rest, ...queue] : queue);
}
