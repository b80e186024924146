/**
 * @module net/tcp
 * Frames over TCP, with or without TLS: the byte stream is the frames, one behind the other.
 */

import { plainAddress } from "../lib/address.ts";
import { Reopenable } from "../lib/reopenable.ts";
import { BaseConnection } from "./base.ts";
import { ConnectionGroup } from "./group.ts";
import type { Listener, ListenOptions } from "./listener.ts";
import type { FrameQueue } from "./queue.ts";
import { type Unacknowledged, unacknowledgedBytes } from "./unacknowledged.ts";

/** Small frames are gathered into writes of at most so many bytes. */
const SCRATCH_BYTES = 65_536;
/** Silence after which the kernel asks whether the peer is still there. */
const KEEP_ALIVE_MS = 60_000;
/** What a TLS handshake may take. */
const HANDSHAKE_MS = 10_000;

/** What the connections of one listener share. */
interface Shared {
  readonly scratch: Uint8Array;
  readonly unacknowledged: Unacknowledged;
}

type TcpSocket<S> = Bun.Socket<TcpConnection<S> | undefined>;

class TcpConnection<S> extends BaseConnection<S> {
  override readonly remoteAddress: string;
  readonly #socket: TcpSocket<S>;
  readonly #scratch: Uint8Array;
  readonly #unacknowledged: Unacknowledged;
  #peerEnded = false;
  /** Whether everything was acknowledged when the peer had sent its last. */
  #acknowledgedAtEnd: boolean | undefined;
  #shutDown = false;

  constructor(group: ConnectionGroup<S>, socket: TcpSocket<S>, shared: Shared) {
    super(group);
    this.#socket = socket;
    this.#scratch = shared.scratch;
    this.#unacknowledged = shared.unacknowledged;
    this.remoteAddress = plainAddress(socket.remoteAddress ?? ""); // none when the peer is gone already
  }

  override get kind(): "tcp" {
    return "tcp";
  }

  override get peerEnded(): boolean {
    return this.#peerEnded;
  }

  override get acknowledged(): boolean | undefined {
    if (this.#peerEnded) return this.#acknowledgedAtEnd;
    const socket = this.#socket;
    if (!("fd" in socket) || typeof socket.fd !== "number") return undefined;
    const bytes = this.#unacknowledged(socket.fd);
    return bytes === undefined ? undefined : bytes === 0 && this.queuedBytes === 0;
  }

  bytesReceived(chunk: Uint8Array): void {
    this.touch();
    this.reader.push(chunk);
  }

  /** The peer sent FIN; whoever closes second closes the whole connection. */
  finReceived(): void {
    this.#acknowledgedAtEnd = this.acknowledged;
    this.#peerEnded = true;
    if (this.#shutDown) this.#socket.end();
    else this.reader.end();
  }

  protected override transmit(queue: FrameQueue): boolean {
    while (queue.length > 0) {
      const bytes = queue.gather(this.#scratch);
      const written = this.#socket.write(bytes);
      if (written < 0) {
        this.destroy("error");
        return false;
      }
      queue.take(written);
      if (written < bytes.length) return false;
    }
    return true;
  }

  protected override shutdown(): void {
    this.#shutDown = true;
    // Closing both directions at once would answer bytes still on their way with a reset, which can destroy
    // what the peer has not read yet; so close ours, and the rest when the peer's FIN comes.
    if (this.#peerEnded) this.#socket.end();
    else this.#socket.shutdown();
  }

  protected override cut(): void {
    this.#socket.terminate();
  }

  override setReading(reading: boolean): void {
    if (reading) this.#socket.resume();
    else this.#socket.pause();
  }
}

/** Listens for TCP connections. @throws Error of the system when the address cannot be bound. */
export function listenTcp<S>(options: ListenOptions<S>): Listener {
  const group = new ConnectionGroup(options);
  const shared = { scratch: new Uint8Array(SCRATCH_BYTES), unacknowledged: unacknowledgedBytes() };
  const open = (port: number) =>
    Bun.listen<TcpConnection<S> | undefined>({
      hostname: options.host,
      port,
      ...(options.tls && { tls: options.tls.current }),
      allowHalfOpen: true, // what is queued is written although the peer has sent its last
      socket: {
        binaryType: "uint8array",
        open(socket) {
          if (!group.admits()) return turnAway(socket, options);
          socket.setNoDelay(true);
          socket.setKeepAlive(true, KEEP_ALIVE_MS);
          const connection = new TcpConnection(group, socket, shared);
          socket.data = connection;
          connection.accepted();
          if (options.tls) connection.deadlineAt = options.clock.monotonic() + HANDSHAKE_MS;
          else connection.opened();
        },
        // With this handler `open` comes before the TLS handshake, so that one that stalls is counted and cut.
        handshake(socket, success) {
          const connection = socket.data;
          if (!success || connection === undefined) return socket.terminate();
          connection.deadlineAt = 0;
          connection.opened();
        },
        data: (socket, chunk) => socket.data?.bytesReceived(chunk),
        drain: (socket) => socket.data?.writable(),
        end: (socket) => socket.data?.finReceived(),
        error(socket, error) {
          options.log.log("warn", "net.socket_failed", { address: socket.data?.remoteAddress, error });
          socket.data?.destroy("error");
        },
        close: (socket, error) => socket.data?.gone(error ? "error" : "peer"),
      },
    });
  const listening = new Reopenable(options.port, {
    open,
    portOf: (server) => server.port,
    close: (server) => server.stop(),
  });
  const address = { host: listening.first.hostname, port: listening.port };
  return {
    address,
    get connections() {
      return group.size;
    },
    setAccepting: (accepting) => listening.setAccepting(accepting),
    reopen: () => listening.reopen(),
    stopAccepting: () => void listening.end(),
    async stop() {
      void listening.end();
      await group.endAll();
    },
  };
}

/** Closes a connection that there is no room for; over TLS nothing can be said before the handshake. */
function turnAway<S>(socket: TcpSocket<S>, { tls, refusal }: ListenOptions<S>): void {
  if (tls === undefined && refusal !== undefined) socket.write(refusal);
  socket.end();
  socket.terminate();
}
