/**
 * @module roles/compose
 * Puts the roles of one process together: what they share is opened once, a role that lives here is called
 * directly, one that does not is reached by gRPC at its configured address.
 */
import type { Config } from "../config/schema.ts";
import type { ChatNode } from "../domain/entities.ts";
import { AppError } from "../domain/error.ts";
import { nodeName } from "../domain/ids.ts";
import { type Clock, systemClock } from "../lib/clock.ts";
import { processDescriptors } from "../lib/descriptors.ts";
import type { Logger } from "../lib/log.ts";
import type { Meter } from "../lib/metrics.ts";
import { type Closable, DescriptorGuard } from "../net/descriptor-guard.ts";
import { remoteAllocator } from "../rpc/balancer.ts";
import { remoteCodeSender } from "../rpc/verification.ts";
import type { Allocator, CodeSender } from "../services/ports.ts";
import { makePlacement, startBalance } from "./balance.ts";
import { type ChatRole, startChat } from "./chat/chat.ts";
import { startGateway } from "./gateway.ts";
import type { Role, RoleInput, RoleName } from "./role.ts";
import { RpcHost } from "./rpc-host.ts";
import { makeSessionEnder } from "./session-ender.ts";
import { openShared, type Shared, waitForStore } from "./shared.ts";
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
  /** Has a listener of the process closed, too, while descriptors run short. */
  guard(listener: Closable): void;
  /** The cluster's chat nodes, for `chatsrv status`. */
  status(): Promise<ChatNode[]>;
  /** Resolves when a role cannot go on by itself, with the reason; the process is to stop then. */
  readonly failed: Promise<string>;
  /** Reads the TLS files again, for connections from now on; those that are there go on. Never throws. */
  reloadTls(): Promise<void>;
  /** Drains and stops. Never throws. */
  stop(): Promise<void>;
}

/**
 * Starts the roles of this process. Waits for MySQL and Redis when they are away.
 * @throws AppError UNSUPPORTED when migrations are pending (detail says to run `chatsrv migrate`);
 *   NODE_NAME_TAKEN when the chat node's name is a live node's; Error for an unreadable TLS
 *   file or a port that is taken.
 */
export async function startRoles(options: StartOptions): Promise<Running> {
  const { config, roles, dataDir, logger, meter, clock = systemClock } = options;
  const shared = await openShared(config, roles, dataDir, logger);
  const started: Role[] = [];
  const descriptors = processDescriptors();
  const guard = descriptors && new DescriptorGuard({ descriptors, clock, logger, meter });
  const stop = async (): Promise<void> => {
    for (const role of started.reverse())
      await role.stop().catch((error: unknown) => logger.log("warn", "stop.failed", { error }));
    guard?.stop();
    await shared.close();
  };
  try {
    if (shared.store !== undefined) await waitForStore(shared.store, config, logger);
    const base = { config, logger, meter, clock, guard };
    const rpc = new RpcHost(base, !shared.coordination.shared);
    const chat = await startAll(base, roles, shared, rpc, started);
    return {
      addresses: Object.assign({}, ...started.map((role) => role.addresses)) as Record<string, string>,
      checks: checksOf(shared, chat),
      failed:
        chat?.superseded.then(() => "another process has this chat node's name") ?? new Promise(() => {}),
      guard: (listener) => void guard?.watch(listener),
      status: () => shared.coordination.nodes.list(),
      reloadTls: async () => {
        rpc.reloadTls(clock, shared.rpcClient);
        await Promise.all(started.map((role) => role.reloadTls?.()));
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * In the order in which they are to stop, backwards: chat first, while the gateway and balance can still send
 * its clients elsewhere.
 */
async function startAll(
  base: RoleInput,
  roles: ReadonlySet<RoleName>,
  shared: Shared,
  rpc: RpcHost,
  started: Role[],
): Promise<ChatRole | undefined> {
  const { config } = base;
  const { coordination, rpcClient, store, mail } = shared;

  const verification = mail && makeVerification(base, coordination, mail);
  if (verification !== undefined) started.push(await startVerify(base, verification, rpc));
  const codeSender: CodeSender = verification ?? remoteCodeSender(rpcClient, config.VerificationServer);

  const placement = roles.has("balance") ? makePlacement(base, coordination) : undefined;
  if (placement !== undefined) started.push(await startBalance(base, placement, coordination, rpc));
  const allocator: Allocator = placement ?? remoteAllocator(rpcClient, config.BalanceService);

  let chat: ChatRole | undefined;
  if (roles.has("gateway") && store !== undefined) {
    const self = roles.has("chat") ? nodeName(config.gRPCServer.server_name) : undefined;
    const sessions = makeSessionEnder(base, coordination, rpcClient, self, () => chat);
    const local = () => chat && { node: chat.node, accept: chat.acceptWebSocket };
    const gateway = await startGateway({
      ...base,
      store,
      coordination,
      allocator,
      codeSender,
      sessions,
      local,
    });
    started.push({ ...gateway, stop: () => gateway.stop().finally(() => sessions.close()) });
  }
  if (roles.has("chat") && store !== undefined) {
    chat = await startChat({ ...base, store, coordination, allocator, rpcClient, rpc });
    started.push(chat);
  }
  return chat;
}

function checksOf({ store, coordination }: Shared, chat: ChatRole | undefined): ReadinessCheck[] {
  const checks: ReadinessCheck[] = [{ name: "coordination", check: () => coordination.ping() }];
  if (store !== undefined) checks.push({ name: "store", check: () => store.ping() });
  if (chat !== undefined) checks.push({ name: "node", check: async () => requireJoined(chat.joined()) });
  return checks;
}

function requireJoined(joined: boolean): void {
  if (!joined) throw new AppError("UNAVAILABLE", { detail: "the node is not in the registry" });
}
