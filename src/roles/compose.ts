/**
 * @module roles/compose
 * Puts the roles of one process together: what two of them share is opened once, a role that lives here is
 * called directly, one that does not is reached by gRPC at its configured address.
 */
import { embeddedStorage } from "../config/embedded.ts";
import type { Config } from "../config/schema.ts";
import type { Coordination } from "../coordination/coordination.ts";
import type { ChatNode } from "../domain/entities.ts";
import { AppError } from "../domain/error.ts";
import type { NodeName } from "../domain/ids.ts";
import { type Clock, systemClock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import type { Meter } from "../lib/metrics.ts";
import { remoteAllocator } from "../rpc/balancer.ts";
import { RpcClient } from "../rpc/client.ts";
import { PeerStreams } from "../rpc/peers.ts";
import { remoteCodeSender } from "../rpc/verification.ts";
import type { Allocator, CodeSender, SessionEnder } from "../services/ports.ts";
import { SessionEndings } from "../services/session-ender.ts";
import type { Store } from "../store/store.ts";
import { makePlacement, startBalance } from "./balance.ts";
import { type ChatRole, startChat } from "./chat.ts";
import { startGateway } from "./gateway.ts";
import { clusterTls, openCoordinationOf, openMailOf, openStoreOf } from "./options.ts";
import type { Role, RoleInput, RoleName } from "./role.ts";
import { RpcHost } from "./rpc-host.ts";
import { makeVerification, startVerify } from "./verify.ts";

export interface StartOptions {
  readonly config: Config;
  readonly roles: ReadonlySet<RoleName>;
  readonly dataDir: string;
  readonly logger: Logger;
  readonly meter: Meter;
  readonly clock?: Clock;
}

/** Something that must be in order for the process to be ready; `check` rejects when it is not. */
export interface ReadinessCheck {
  readonly name: string;
  check(): Promise<void>;
}

export interface Running {
  /** `host:port` by what is served there. */
  readonly addresses: Readonly<Record<string, string>>;
  readonly checks: readonly ReadinessCheck[];
  /** The cluster's chat nodes, for `chatsrv status`. */
  status(): Promise<ChatNode[]>;
  /** Drains and stops. Never throws. */
  stop(): Promise<void>;
}

/** Time between two tries of a store that is away at the start, milliseconds. */
const WAIT_MS = 500;

/**
 * Starts the roles of this process. Waits for MySQL and Redis when they are away.
 * @throws AppError UNSUPPORTED when migrations are pending (detail says to run `chatsrv migrate`);
 *   CHATTING_SERVER_ALREADY_EXISTS when the chat node's name is a live node's; Error for an unreadable TLS
 *   file or a port that is taken.
 */
export async function startRoles(options: StartOptions): Promise<Running> {
  const { config, roles, dataDir, logger, meter, clock = systemClock } = options;
  const base: RoleInput = { config, logger, meter, clock };
  const coordination = await openCoordinationOf(config, logger);
  const needsStore = roles.has("gateway") || roles.has("chat");
  const store = needsStore ? await openStoreOf(config, dataDir, logger) : undefined;
  const rpcClient = new RpcClient({ secret: config.Cluster.secret, tls: clusterTls(config) });
  const rpc = new RpcHost(config, logger, !coordination.shared);
  const started: Role[] = [];
  const closers: (() => Promise<void> | void)[] = [
    () => coordination.close(),
    ...(store === undefined ? [] : [() => store.close()]),
    () => rpcClient.close(),
  ];
  const stop = async (): Promise<void> => {
    for (const role of started.reverse()) await quietly(() => role.stop(), logger);
    for (const close of closers) await quietly(close, logger);
  };

  try {
    if (store !== undefined) await migrated(store, config, logger);
    const allocator = makeAllocator(base, roles, coordination, rpcClient);
    const codeSender = makeCodeSender(base, roles, coordination, rpcClient, dataDir, closers);
    if (codeSender.local !== undefined) started.push(await startVerify(base, codeSender.local, rpc));
    if (allocator.local !== undefined)
      started.push(await startBalance(base, allocator.local, coordination, rpc));
    let chat: ChatRole | undefined;
    // The gateway stops before chat drains nobody: it is started first, so that it is stopped last and can
    // still send the clients of a draining node elsewhere.
    if (roles.has("gateway") && store !== undefined)
      started.push(
        await startGateway({
          ...base,
          store,
          coordination,
          allocator: allocator.port,
          codeSender: codeSender.port,
          sessions: makeSessionEnder(base, coordination, rpcClient, () => chat, closers),
        }),
      );
    if (roles.has("chat") && store !== undefined) {
      chat = await startChat({ ...base, store, coordination, allocator: allocator.port, rpcClient, rpc });
      started.push(chat);
    }
    const joined = chat?.joined;
    return {
      addresses: Object.assign({}, ...started.map((role) => role.addresses)) as Record<string, string>,
      checks: [
        ...(store === undefined ? [] : [{ name: "store", check: () => store.ping() }]),
        { name: "coordination", check: () => coordination.ping() },
        ...(joined === undefined ? [] : [{ name: "node", check: async () => requireJoined(joined()) }]),
      ],
      status: () => coordination.nodes.list(),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function makeAllocator(
  base: RoleInput,
  roles: ReadonlySet<RoleName>,
  coordination: Coordination,
  rpcClient: RpcClient,
) {
  const local = roles.has("balance") ? makePlacement(base, coordination) : undefined;
  const port: Allocator = local ?? remoteAllocator(rpcClient, base.config.BalanceService);
  return { local, port };
}

function makeCodeSender(
  base: RoleInput,
  roles: ReadonlySet<RoleName>,
  coordination: Coordination,
  rpcClient: RpcClient,
  dataDir: string,
  closers: (() => Promise<void> | void)[],
) {
  if (!roles.has("verify")) {
    const port: CodeSender = remoteCodeSender(rpcClient, base.config.VerificationServer);
    return { local: undefined, port };
  }
  const mail = openMailOf(base.config, dataDir, base.logger);
  closers.push(() => mail.close());
  const local = makeVerification(base, coordination, mail);
  return { local, port: local as CodeSender };
}

/** The gateway ends sessions on nodes that may be elsewhere: it finds them in the registry, not by membership. */
function makeSessionEnder(
  base: RoleInput,
  coordination: Coordination,
  rpcClient: RpcClient,
  chat: () => ChatRole | undefined,
  closers: (() => Promise<void> | void)[],
): SessionEnder {
  let nodes = new Map<NodeName, ChatNode>();
  const peers = new PeerStreams({
    rpc: rpcClient,
    addressOf: (name) => {
      const node = nodes.get(name);
      return node === undefined ? undefined : { host: node.grpcHost, port: node.grpcPort };
    },
    logger: base.logger,
  });
  closers.unshift(() => peers.close());
  return new SessionEndings({
    routes: coordination.routes,
    logger: base.logger,
    send: async (node, events) => {
      const here = chat();
      if (here?.node === node) {
        here.local.deliver(events);
        return;
      }
      nodes = new Map((await coordination.nodes.list()).map((found) => [found.name, found]));
      await peers.send(node, events);
    },
  });
}

/**
 * Waits for the store. An embedded one is this process's own, and brought up to date; a shared one is the
 * operator's. @throws AppError UNSUPPORTED when migrations are pending there
 */
async function migrated(store: Store, config: Config, logger: Logger): Promise<void> {
  for (;;) {
    try {
      if (embeddedStorage(config)) await store.migrate();
      const pending = await store.pendingMigrations();
      if (pending.length === 0) return;
      throw new AppError("UNSUPPORTED", {
        detail: `the database lacks ${pending.length} migration(s); run \`chatsrv migrate\` first`,
      });
    } catch (thrown) {
      if (!(thrown instanceof AppError) || !thrown.retryable) throw thrown;
      logger.log("warn", "store.waits", { error: thrown });
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    }
  }
}

function requireJoined(joined: boolean): void {
  if (!joined) throw new AppError("UNAVAILABLE", { detail: "the node is not in the registry" });
}

async function quietly(work: () => Promise<void> | void, logger: Logger): Promise<void> {
  try {
    await work();
  } catch (error) {
    logger.log("warn", "stop.failed", { error });
  }
}
