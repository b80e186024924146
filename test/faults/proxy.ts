/**
 * @module faults/proxy
 * A TCP proxy that breaks connections on demand: cuts them, delays what they carry, lets nothing through, or
 * refuses new ones.
 */
import { freePort } from "../support/port.ts";

type Side = Bun.Socket<Link>;

interface Link {
  other: Side | undefined;
  readonly unsent: Uint8Array[];
}

export interface ProxyOptions {
  /** Changes what clients send, chunk by chunk, without changing its length. */
  readonly rewrite?: (bytes: Uint8Array) => Uint8Array;
}

export class TcpProxy {
  /** Below the ephemeral range, so that nobody takes it while connections are refused. */
  readonly port = freePort();
  readonly #target: () => { readonly host: string; readonly port: number };
  readonly #rewrite: (bytes: Uint8Array) => Uint8Array;
  #listener: Bun.TCPSocketListener<Link> | undefined;
  readonly #sides = new Set<Side>();
  readonly #forgotten = new WeakSet<Side>();
  #clients = 0;
  /** Milliseconds that everything is late by. */
  delayMs = 0;
  /** While true, what arrives is kept and nothing goes on. */
  #stuck = false;
  /** What is held back, in order. */
  readonly #late: { readonly due: number; readonly go: () => void }[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    target: () => { readonly host: string; readonly port: number },
    { rewrite = (bytes) => bytes }: ProxyOptions = {},
  ) {
    this.#target = target;
    this.#rewrite = rewrite;
    this.accept();
  }

  /** Open connections of clients. */
  get connections(): number {
    return this.#clients;
  }

  /** How many chunks are held back now. */
  get late(): number {
    return this.#late.length;
  }

  /** Takes connections (again). */
  accept(): void {
    this.#listener ??= Bun.listen<Link>({
      hostname: "127.0.0.1",
      port: this.port,
      socket: {
        open: (client) => this.#open(client),
        data: (client, bytes) => this.#pass(client, this.#rewrite(bytes)),
        drain,
        close: (client) => {
          this.#clients--;
          this.#closed(client);
        },
        error: (client) => client.terminate(),
      },
    });
  }

  /** Ends every connection and refuses new ones until `accept`, as a port that nobody listens on. */
  refuse(): void {
    this.cut();
    this.#listener?.stop(true);
    this.#listener = undefined;
  }

  /** Ends every connection at once, as a lost network does. */
  cut(): void {
    for (const side of [...this.#sides]) side.terminate();
  }

  /** Lets nothing through until `release`; connections stay open. */
  hold(): void {
    this.#stuck = true;
  }

  release(): void {
    this.#stuck = false;
    this.#pump();
  }

  /** Connections that are open carry nothing any more, and nobody is told; new ones do. */
  forget(): void {
    for (const side of this.#sides) this.#forgotten.add(side);
  }

  close(): void {
    this.refuse();
  }

  #open(client: Side): void {
    client.data = { other: undefined, unsent: [] };
    this.#clients++;
    this.#sides.add(client);
    const { host, port } = this.#target();
    Bun.connect<Link>({
      hostname: host,
      port,
      socket: {
        open: (server) => {
          server.data = { other: client, unsent: [] };
          this.#sides.add(server);
          client.data.other = server;
          for (const bytes of client.data.unsent.splice(0)) write(server, bytes);
          if (!this.#sides.has(client)) server.terminate();
        },
        data: (server, bytes) => this.#pass(server, bytes),
        drain,
        close: (server) => this.#closed(server),
        error: (server) => server.terminate(),
      },
    }).catch(() => client.terminate());
  }

  #pass(from: Side, bytes: Uint8Array): void {
    if (this.#forgotten.has(from)) return;
    const copy = Uint8Array.from(bytes);
    const go = () => {
      const { other } = from.data;
      if (other === undefined) from.data.unsent.push(copy);
      else write(other, copy);
    };
    if (!this.#stuck && this.delayMs === 0 && this.#late.length === 0) {
      go();
      return;
    }
    this.#late.push({ due: performance.now() + this.delayMs, go });
    this.#pump();
  }

  /** Lets go on what is due, in the order in which it came: nothing overtakes when a delay ends. */
  #pump(): void {
    if (this.#stuck || this.#timer !== undefined) return;
    for (let next = this.#late[0]; next !== undefined; next = this.#late[0]) {
      const waitMs = next.due - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => {
          this.#timer = undefined;
          this.#pump();
        }, waitMs);
        return;
      }
      this.#late.shift();
      next.go();
    }
  }

  #closed(side: Side): void {
    this.#sides.delete(side);
    side.data.other?.terminate();
  }
}

function write(to: Side, bytes: Uint8Array): void {
  const { unsent } = to.data;
  const written = unsent.length > 0 ? 0 : Math.max(0, to.write(bytes));
  if (written < bytes.length) unsent.push(bytes.subarray(written));
}

function drain(side: Side): void {
  const { unsent } = side.data;
  while (unsent.length > 0) {
    const next = unsent[0] as Uint8Array;
    const written = Math.max(0, side.write(next));
    if (written < next.length) {
      unsent[0] = next.subarray(written);
      return;
    }
    unsent.shift();
  }
}
