/**
 * @module rpc/server
 * One gRPC server: its services, the health service, the secret before anything else, TLS from files.
 */
import { logVerbosity, Server, type ServerOptions, setLogVerbosity } from "@grpc/grpc-js";
import { addressText } from "../lib/address.ts";
import type { Logger } from "../lib/log.ts";
import { isLoopback } from "../lib/loopback.ts";
import { requireSecret } from "./auth.ts";
import type { RpcService } from "./definition.ts";
import { healthService } from "./health.ts";
import { MAX_MESSAGE_BYTES } from "./limits.ts";
import { readTls, serverSecurity, type TlsFiles, type TlsTexts } from "./tls.ts";

export interface RpcServerOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly services: readonly RpcService[];
  /** `[Cluster] secret`. Empty: the server binds to loopback, whatever `host` says. */
  readonly secret: string;
  readonly tls: TlsFiles;
  readonly logger: Logger;
}

export interface RpcServer {
  /** What is bound. */
  readonly address: { readonly host: string; readonly port: number };
  /** Closes the listening socket, or opens it again at the same port; open connections go on. */
  setAccepting(accepting: boolean): void;
  /** New connections meet these from now on; they have to be usable (lib/certificates). */
  exchangeTls(tls: TlsTexts): void;
  /**
   * Takes no new call, ends the services' streams, and gives calls under way `graceMs` to end (1 s unless given). A second call
   * waits for the first.
   */
  stop(graceMs?: number): Promise<void>;
}

const LOOPBACK = "127.0.0.1";
/** Wait before a port that was closed is bound again, when that failed. */
const BIND_RETRY_MS = 500;
const OPTIONS: ServerOptions = {
  "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
  "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
  // Notices a peer that vanished without a word.
  "grpc.keepalive_time_ms": 10_000,
  "grpc.keepalive_timeout_ms": 5_000,
};

/** Starts serving. @throws Error when the address cannot be bound or a TLS file cannot be read. */
export async function startRpcServer(options: RpcServerOptions): Promise<RpcServer> {
  const { services, secret, logger } = options;
  const host = secret === "" && !isLoopback(options.host) ? LOOPBACK : options.host;
  if (secret === "")
    logger.log("warn", "grpc.loopback", {
      message: `no [Cluster] secret is set: gRPC is served on loopback (${host}) only`,
      wanted: options.host,
      host,
    });
  // What grpc-js would write to the console reaches us as an error anyway.
  setLogVerbosity(logVerbosity.NONE);
  const server = new Server({ ...OPTIONS, interceptors: secret === "" ? [] : [requireSecret(secret)] });
  const health = healthService(services.map((service) => service.name));
  const all = [...services, health];
  for (const { definition, implementation } of all) server.addService(definition, implementation);
  const security = serverSecurity(readTls(options.tls));
  const bind = (wanted: number) =>
    new Promise<number>((resolve, reject) =>
      server.bindAsync(addressText({ host, port: wanted }), security.credentials, (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      ),
    );
  const port = await bind(options.port);
  let open = true;
  /** Binding takes its time, and may fail: what is wanted last is what comes in the end. */
  let accepting = true;
  let turning = false;
  const turn = async (): Promise<void> => {
    if (turning) return;
    turning = true;
    while (open !== accepting && stopped === undefined)
      try {
        if (accepting) await bind(port);
        else server.unbind(addressText({ host, port }));
        open = !open;
      } catch (error) {
        logger.log("error", "grpc.listen_failed", { port, error });
        await new Promise((resolve) => setTimeout(resolve, BIND_RETRY_MS));
      }
    turning = false;
  };
  let stopped: Promise<void> | undefined;
  const stop = async (graceMs: number) => {
    for (const service of all) service.close?.();
    const timer = setTimeout(() => server.forceShutdown(), graceMs);
    await new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
    clearTimeout(timer);
    server.forceShutdown();
  };
  return {
    address: { host, port },
    setAccepting: (wanted) => {
      accepting = wanted;
      void turn();
    },
    exchangeTls: (tls) => security.exchange(tls),
    stop: (graceMs = 1_000) => {
      stopped ??= stop(graceMs);
      return stopped;
    },
  };
}
