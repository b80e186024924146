/**
 * @module roles/rpc-host
 * The gRPC ports of a process: same secret, same TLS, same rule for the address.
 */
import { isIPv4 } from "node:net";
import { networkInterfaces } from "node:os";
import type { Config } from "../config/schema.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import { isLoopback } from "../lib/loopback.ts";
import type { DescriptorGuard } from "../net/descriptor-guard.ts";
import type { RpcService } from "../rpc/definition.ts";
import { type RpcServer, startRpcServer } from "../rpc/server.ts";
import { readTls, requireUsableTls, type TlsTexts } from "../rpc/tls.ts";
import { clusterTls } from "./options.ts";
import type { RoleInput } from "./role.ts";

/** What is told of files that changed. */
interface Exchanging {
  exchangeTls(tls: TlsTexts): void;
}

export class RpcHost {
  readonly #config: Config;
  readonly #logger: Logger;
  readonly #guard: DescriptorGuard | undefined;
  readonly #optional: boolean;
  readonly #servers: RpcServer[] = [];

  /** @param optional whether the process can do without its gRPC ports, because no other shares its state. */
  constructor({ config, logger, guard }: Pick<RoleInput, "config" | "logger" | "guard">, optional: boolean) {
    this.#config = config;
    this.#logger = logger;
    this.#guard = guard;
    this.#optional = optional;
  }

  /**
   * Serves on the port of a section, whose host is the one that peers dial: on loopback when that is
   * loopback, else on all addresses (without a secret rpc/server keeps it on loopback). A process on embedded
   * stores is alone by nature; there a port that is taken is worth a line, not the boot.
   * @returns undefined in that case.
   */
  async serve(
    at: { readonly host: string; readonly port: number },
    services: readonly RpcService[],
  ): Promise<RpcServer | undefined> {
    const { Cluster } = this.#config;
    try {
      const server = await startRpcServer({
        host: isLoopback(at.host) ? at.host : everywhere(at.host),
        port: at.port,
        services,
        secret: Cluster.secret,
        tls: clusterTls(this.#config),
        logger: this.#logger,
      });
      this.#servers.push(server);
      this.#guard?.watch(server);
      return server;
    } catch (error) {
      if (!this.#optional) throw error;
      this.#logger.log("warn", "grpc.not_served", { port: at.port, error });
      return undefined;
    }
  }

  /**
   * Reads the files of `[Cluster]` again; new connections from and to this process use them, those that are there go
   * on. Files that cannot be used change nothing.
   */
  reloadTls(clock: Clock, client: Exchanging): void {
    const files = clusterTls(this.#config);
    if (files.ca === "" && files.cert === "") return;
    const section = "[Cluster]";
    try {
      const tls = readTls(files);
      requireUsableTls(tls, files.cert, clock.now());
      for (const end of [...this.#servers, client]) end.exchangeTls(tls);
      this.#logger.log("info", "tls.reloaded", { section });
    } catch (error) {
      this.#logger.log("error", "tls.kept", { section, ...files, error });
    }
  }
}

/**
 * All addresses of this machine, among them the one that peers dial: `::` takes IPv4 too, but cannot be bound on a
 * machine without IPv6.
 */
function everywhere(host: string): string {
  const addresses = Object.values(networkInterfaces()).flatMap((those) => those ?? []);
  return isIPv4(host) || addresses.every(({ family }) => family === "IPv4") ? "0.0.0.0" : "::";
}
