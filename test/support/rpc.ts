/**
 * @module support/rpc
 * gRPC servers and clients in this process, on free ports, closed at the end of the test file.
 */
import { afterAll } from "bun:test";
import { type LogFields, type Logger, silentLogger } from "../../src/lib/log.ts";
import { type RpcAddress, RpcClient, type RpcClientOptions } from "../../src/rpc/client.ts";
import type { RpcService } from "../../src/rpc/definition.ts";
import { type RpcServer, type RpcServerOptions, startRpcServer } from "../../src/rpc/server.ts";
import type { TlsFiles } from "../../src/rpc/tls.ts";

export const CLEAR_TEXT: TlsFiles = { ca: "", cert: "", key: "" };
export const SECRET = "a secret of the tests";

/** Keeps what is logged. */
export class LogBook implements Logger {
  readonly lines: { level: string; event: string; fields: LogFields }[] = [];
  log(level: string, event: string, fields: LogFields = {}): void {
    this.lines.push({ level, event, fields });
  }
}

/** Servers and clients of one test file, with the tests' secret and no TLS unless given. */
export interface RpcBench {
  serve(services: readonly RpcService[], options?: Partial<RpcServerOptions>): Promise<RpcServer>;
  client(options?: Partial<RpcClientOptions>): RpcClient;
}

/** Call at the top of a test file. */
export function rpcBench(): RpcBench {
  const servers: RpcServer[] = [];
  const clients: RpcClient[] = [];
  afterAll(async () => {
    for (const client of clients) client.close();
    await Promise.all(servers.map((server) => server.stop(0)));
  });
  return {
    async serve(services, options = {}) {
      const server = await startRpcServer({
        host: "127.0.0.1",
        port: 0,
        services,
        secret: SECRET,
        tls: CLEAR_TEXT,
        logger: silentLogger,
        ...options,
      });
      servers.push(server);
      return server;
    },
    client(options = {}) {
      const client = new RpcClient({ secret: SECRET, tls: CLEAR_TEXT, ...options });
      clients.push(client);
      return client;
    },
  };
}

/** The rejection of a promise, which must come. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("resolved, but was to fail");
}

export type { RpcAddress };
