/**
 * @module roles/gateway
 * The gateway role: the HTTP API and the web client. It keeps no user state; it checks credentials, asks
 * verify for mails and balance for chat nodes.
 */
import type { Coordination } from "../coordination/coordination.ts";
import { createHttpApp } from "../http/app.ts";
import { startHttp } from "../http/server.ts";
import { type LocalNode, webSocketEndpoint } from "../http/web-socket.ts";
import { addressText } from "../lib/address.ts";
import { version } from "../lib/version.ts";
import { WsRelays } from "../net/ws-relay.ts";
import { AccountService } from "../services/accounts/accounts.ts";
import { PasswordHasher } from "../services/accounts/passwords.ts";
import { NodeDirectory } from "../services/cluster/node-directory.ts";
import type { Allocator, CodeSender, SessionEnder } from "../services/ports.ts";
import type { Store } from "../store/store.ts";
import page from "../web/index.html";
import { ListenerTls } from "./listener-tls.ts";
import { relayTargets } from "./relay-targets.ts";
import type { Role, RoleInput } from "./role.ts";

export interface GatewayInput extends RoleInput {
  readonly store: Store;
  readonly coordination: Coordination;
  readonly allocator: Allocator;
  readonly codeSender: CodeSender;
  readonly sessions: SessionEnder;
  /** The chat node of this process, once it runs. */
  readonly local: () => LocalNode | undefined;
}

export async function startGateway(input: GatewayInput): Promise<Role> {
  const { config, store, coordination, allocator, codeSender, sessions, logger, meter, clock, guard, local } =
    input;
  const { GateServer, VerificationServer, Limits } = config;
  const accounts = new AccountService({
    accounts: store.accounts,
    codes: coordination.codes,
    devices: coordination.devices,
    placement: coordination.placement,
    passwords: await PasswordHasher.create(),
    allocator,
    sessions,
    logger,
    codeAttempts: VerificationServer.code_attempts,
    resetRequiresCode: GateServer.reset_requires_code,
  });
  const tls = await ListenerTls.read({ name: "[GateServer]", section: GateServer, clock, logger });
  const scheme = tls === undefined ? "http" : "https";
  const app = createHttpApp({
    accounts,
    codeSender,
    limiter: coordination.limits,
    limits: Limits,
    logger,
    meter,
    clock,
    trustProxy: GateServer.trust_proxy,
    version,
    publicUrl: GateServer.public_url,
    documentUrl: GateServer.public_url || (GateServer.public_host && `${scheme}://${GateServer.public_host}`),
  });
  const relays = new WsRelays(logger);
  meter.gauge("chatsrv_relays", "WebSocket connections relayed to other nodes.", () => relays.size);
  let targetOf = await relayTargets(config);
  const sockets = webSocketEndpoint({
    local,
    directory: new NodeDirectory(coordination.nodes, clock),
    relays,
    targetOf: (node, client) => targetOf(node, client),
    admits: () => guard?.admits(() => false) ?? true,
    trustProxy: GateServer.trust_proxy,
  });
  const { host, port } = GateServer;
  const http = startHttp({ host, port, tls, app, page, sockets, logger });
  const unwatch = guard?.watch(http);
  return {
    addresses: { http: addressText(http) },
    reloadTls: async () => {
      await tls?.reload([http]);
      // What is wrong with that file is said by who shares it (rpc-host).
      targetOf = await relayTargets(config).catch(() => targetOf);
    },
    stop: async () => {
      unwatch?.();
      const stopped = http.stop();
      await relays.endAll();
      await stopped;
    },
  };
}
