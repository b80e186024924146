/**
 * @module support/tls-proxy
 * What stands before the gateway and ends TLS, knowing nothing of what it carries: bytes in both directions.
 */

import { readFileSync } from "node:fs";
import { connect, type Server, type Socket } from "node:net";
import { createServer } from "node:tls";
import type { Certificates } from "./tls.ts";

export interface TlsProxy {
  /** `https://127.0.0.1:PORT`. */
  readonly url: string;
  stop(): void;
}

/**
 * Starts it. @param port 0 for any free one. @param target `host:port` at the time of each connection; undefined for nobody
 */
export async function startTlsProxy(
  certs: Certificates,
  port: number,
  target: () => string | undefined,
): Promise<TlsProxy> {
  const options = { cert: readFileSync(certs.serverCert), key: readFileSync(certs.serverKey) };
  const open = new Set<Socket>();
  const server: Server = createServer(options, (client) => {
    const at = target();
    if (at === undefined) return client.destroy();
    const to = new URL(`tcp://${at}`);
    const behind = connect(Number(to.port), to.hostname);
    for (const [socket, other] of [
      [client, behind],
      [behind, client],
    ] as const) {
      open.add(socket);
      socket.pipe(other);
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        open.delete(socket);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const address = server.address();
  const bound = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `https://127.0.0.1:${bound}`,
    stop: () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
