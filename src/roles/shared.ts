/**
 * @module roles/shared
 * What the roles of one process share: opened once, closed when the last role has stopped.
 */
import { embeddedStorage } from "../config/embedded.ts";
import type { Config } from "../config/schema.ts";
import type { Coordination } from "../coordination/coordination.ts";
import { AppError } from "../domain/error.ts";
import type { Logger } from "../lib/log.ts";
import type { MailTransport } from "../mail/mail.ts";
import { RpcClient } from "../rpc/client.ts";
import type { Store } from "../store/store.ts";
import { clusterTls, openCoordinationOf, openMailOf, openStoreOf } from "./options.ts";
import type { RoleName } from "./role.ts";

export interface Shared {
  readonly coordination: Coordination;
  readonly rpcClient: RpcClient;
  /** For the gateway and chat. */
  readonly store: Store | undefined;
  /** For verify. */
  readonly mail: MailTransport | undefined;
  /** Closes all of it. Never throws. */
  close(): Promise<void>;
}

/** Opens what these roles need; none of it has to be reachable yet. @throws Error for an unreadable TLS file */
export async function openShared(
  config: Config,
  roles: ReadonlySet<RoleName>,
  dataDir: string,
  logger: Logger,
): Promise<Shared> {
  const needsStore = roles.has("gateway") || roles.has("chat");
  const coordination = await openCoordinationOf(config, needsStore ? dataDir : undefined, logger);
  const store = needsStore ? await openStoreOf(config, dataDir, logger) : undefined;
  const mail = roles.has("verify") ? openMailOf(config, dataDir, logger) : undefined;
  const rpcClient = new RpcClient({ secret: config.Cluster.secret, tls: clusterTls(config) });
  return {
    coordination,
    store,
    mail,
    rpcClient,
    close: async () => {
      rpcClient.close();
      for (const part of [mail, store, coordination])
        await part?.close().catch((error: unknown) => logger.log("warn", "stop.failed", { error }));
    },
  };
}

/** Time between two tries of a store that is away at the start, milliseconds. */
const WAIT_MS = 500;

/**
 * Waits for the store. An embedded one is this process's own, and brought up to date; nobody but the operator can
 * help where that fails. A shared one is the operator's, and may come up later than this process.
 * @throws AppError UNSUPPORTED when migrations are pending; UNAVAILABLE when an embedded store cannot be used
 */
export async function waitForStore(store: Store, config: Config, logger: Logger): Promise<void> {
  for (;;) {
    try {
      if (embeddedStorage(config)) await store.migrate();
      const pending = await store.pendingMigrations();
      if (pending.length === 0) return;
      throw new AppError("UNSUPPORTED", {
        detail: `the database lacks ${pending.length} migration(s); run \`chatsrv migrate\` first`,
      });
    } catch (thrown) {
      if (!(thrown instanceof AppError) || !thrown.retryable || embeddedStorage(config)) throw thrown;
      logger.log("warn", "store.waits", { error: thrown });
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    }
  }
}
