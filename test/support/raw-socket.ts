/**
 * @module support/raw-socket
 * A TCP connection that keeps nothing but what it is asked for: bytes out, bytes in, and its end.
 */

export class RawSocket {
  #socket: Bun.Socket | undefined;
  #unsent: Uint8Array[] = [];
  #wake: (() => void) | undefined;
  closed = false;

  /** @param address `host:port`; @param onData bytes as they come @throws when it cannot connect */
  static async connect(address: string, onData: (bytes: Uint8Array) => void): Promise<RawSocket> {
    const self = new RawSocket();
    const [hostname = "", port] = address.split(":");
    self.#socket = await Bun.connect({
      hostname,
      port: Number(port),
      allowHalfOpen: true,
      socket: {
        data: (_, chunk) => {
          onData(chunk);
          self.#changed();
        },
        drain: () => self.#flush(),
        end: () => self.#closed(),
        close: () => self.#closed(),
        error: () => self.#closed(),
      },
    });
    return self;
  }

  write(bytes: Uint8Array): void {
    if (this.closed) return;
    this.#unsent.push(bytes.slice());
    this.#flush();
  }

  /** Says that nothing more comes. */
  end(): void {
    this.#socket?.shutdown();
  }

  terminate(): void {
    this.#socket?.terminate();
    this.#closed();
  }

  /** Resolves when the condition holds or the connection is closed. @returns false after so long without either */
  async until(condition: () => boolean, timeoutMs = 20_000): Promise<boolean> {
    const deadline = performance.now() + timeoutMs;
    while (!this.closed && !condition()) {
      const left = deadline - performance.now();
      if (left <= 0) return false;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      const timer = setTimeout(resolve, left);
      await promise;
      clearTimeout(timer);
    }
    return true;
  }

  #flush(): void {
    for (let bytes = this.#unsent[0]; bytes !== undefined && !this.closed; bytes = this.#unsent[0]) {
      const written = Math.max(0, this.#socket?.write(bytes) ?? 0);
      if (written < bytes.length) {
        this.#unsent[0] = bytes.subarray(written);
        return;
      }
      this.#unsent.shift();
    }
  }

  #closed(): void {
    if (this.closed) return;
    this.closed = true;
    this.#unsent = [];
    this.#socket?.end();
    this.#changed();
  }

  #changed(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
