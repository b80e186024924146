/**
 * @module faults/proxy
 * A TCP proxy that breaks connections on demand: cuts them, delays what they carry, or lets nothing through.
 */
type Side = Bun.Socket<Link>;

interface Link {
  other: Side | undefined;
  readonly unsent: Uint8Array[];
}

export class TcpProxy {
  readonly #listener: Bun.TCPSocketListener<Link>;
  readonly #sides = new Set<Side>();
  /** Milliseconds that everything is late by. */
  delayMs = 0;
  /** While true, what arrives is kept and nothing goes on. */
  #stuck = false;
  /** What is held back, in order. */
  readonly #late: { readonly due: number; readonly go: () => void }[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(target: () => { readonly host: string; readonly port: number }) {
    this.#listener = Bun.listen<Link>({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        open: (client) => {
          client.data = { other: undefined, unsent: [] };
          this.#sides.add(client);
          const { host, port } = target();
          Bun.connect<Link>({
            hostname: host,
            port,
            socket: {
              open: (server) => {
                server.data = { other: client, unsent: [] };
                this.#sides.add(server);
                client.data.other = server;
                for (const bytes of client.data.unsent.splice(0)) write(server, bytes);
              },
              data: (server, bytes) => this.#pass(server, bytes),
              drain,
              close: (server) => this.#closed(server),
              error: (server) => server.terminate(),
            },
          }).catch(() => client.terminate());
        },
        data: (client, bytes) => this.#pass(client, bytes),
        drain,
        close: (client) => this.#closed(client),
        error: (client) => client.terminate(),
      },
    });
  }

  get port(): number {
    return this.#listener.port;
  }

  /** How many chunks are held back now. */
  get late(): number {
    return this.#late.length;
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

  close(): void {
    this.cut();
    this.#listener.stop(true);
  }

  #pass(from: Side, bytes: Uint8Array): void {
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
