/**
 * @module roles/chat
 * The chat role: sockets, sessions, the node's place in the cluster. Its start and its stop are written in
 * the order in which they must happen.
 */

import type { ChatContext } from "../chat/context.ts";
import { ChatLimits } from "../chat/limits.ts";
import { NodeSessions } from "../chat/local-sessions.ts";
import { ChatServer } from "../chat/server.ts";
import type { Coordination } from "../coordination/coordination.ts";
import { type NodeName, nodeName } from "../domain/ids.ts";
import { addressText } from "../lib/address.ts";
import { within } from "../lib/deadline.ts";
import { FairGate } from "../lib/fair-gate.ts";
import { randomSecret } from "../lib/random.ts";
import { relayedClient } from "../net/relayed.ts";
import { listenTcp } from "../net/tcp.ts";
import { listenWs, type WsAcceptor } from "../net/ws.ts";
import type { RpcClient } from "../rpc/client.ts";
import { distributedService } from "../rpc/distributed.ts";
import { PeerStreams, peerService } from "../rpc/peers.ts";
import { Membership } from "../services/cluster/membership.ts";
import { IncomingPeerRequests } from "../services/cluster/peer-requests.ts";
import { Conversations } from "../services/conversations/conversations.ts";
import { Cursors } from "../services/conversations/cursors.ts";
import { DeviceCursors } from "../services/conversations/device-cursors.ts";
import { Courier } from "../services/delivery/courier.ts";
import { Doubts } from "../services/delivery/doubts.ts";
import type { LocalSessions } from "../services/delivery/ports.ts";
import { Reconciler } from "../services/delivery/reconciler.ts";
import { Messaging } from "../services/messages/messaging.ts";
import { Friends } from "../services/people/friends.ts";
import { Presence } from "../services/people/presence.ts";
import type { Allocator } from "../services/ports.ts";
import { Endings } from "../services/sessions/endings.ts";
import { Recovery } from "../services/sessions/recovery.ts";
import { Sessions } from "../services/sessions/sessions.ts";
import { Standing } from "../services/sessions/standing.ts";
import type { Store } from "../store/store.ts";
import { Code } from "../wire/codes.ts";
import { encodeFrame } from "../wire/frame.ts";
import { ServiceId } from "../wire/ids.ts";
import { chatAddresses } from "./chat-addresses.ts";
import { chatSettings, frameLimits, requestLimit } from "./chat-settings.ts";
import { ListenerTls } from "./listener-tls.ts";
import type { Role, RoleInput } from "./role.ts";
import type { RpcHost } from "./rpc-host.ts";

/** Commits that may be under way at once; each lane has a share of the conversations. */
const COMMIT_LANES = 2;
/** Logins whose reads are under way at once. */
const LOGIN_SLOTS = 16;
/** Requests that may wait for the store, and for how long (milliseconds), before they are refused. */
const TURNS = { queueLimit: 20_000, maxWaitMs: 5_000 };
/** How long acknowledgements gather before they are stored, milliseconds. */
const CURSOR_INTERVAL_MS = 100;
/**
 * How often presence that was told is compared with the routes: what a node that died, or coordination that lost its
 * memory, kept from being told is wrong for so long.
 */
const PRESENCE_REFRESH_LEASES = 3;
/** How long a node whose name was taken takes to send its clients away, milliseconds: they are cut off already. */
const SUPERSEDED_MS = 2_000;
/** Of the time to drain, the part for what remains when the clients are gone. */
const LAST_STEPS_MS = 2_000;

export interface ChatRoleInput extends RoleInput {
  readonly store: Store;
  readonly coordination: Coordination;
  readonly allocator: Allocator;
  readonly rpcClient: RpcClient;
  readonly rpc: RpcHost;
}

export interface ChatRole extends Role {
  readonly node: NodeName;
  /** Takes a WebSocket that came to another port of this process. */
  readonly acceptWebSocket: WsAcceptor;
  readonly local: LocalSessions;
  readonly joined: () => boolean;
  /** Resolves when this node cannot serve any more: another process has its name. Its sessions are sent away by then. */
  readonly superseded: Promise<void>;
}

export async function startChat(input: ChatRoleInput): Promise<ChatRole> {
  const { config, store, coordination, allocator, rpcClient, rpc, logger, meter, clock, guard } = input;
  const { ChattingServer, gRPCServer } = config;
  const node = nodeName(gRPCServer.server_name);
  const incarnation = randomSecret(9);
  const leaseMs = config.Cluster.lease_ttl * 1_000;
  const local = new NodeSessions(logger);
  /** Takes logins: from the moment it can be allocated until it drains. */
  let open = false;
  const superseded = Promise.withResolvers<void>();

  const peers = new PeerStreams({
    rpc: rpcClient,
    self: node,
    addressOf: (name) => {
      const peer = membership.peers.get(name);
      return peer === undefined ? undefined : { host: peer.grpcHost, port: peer.grpcPort };
    },
    logger,
  });
  const courier = new Courier({
    self: node,
    local,
    peers,
    routes: coordination.routes,
    alone: !coordination.shared,
    livePeers: () => membership.peers,
    refreshPeers: () => membership.watch(),
    clock,
    logger,
  });
  const post: Courier["post"] = (events) => courier.post(events);
  const conversations = new Conversations(store.conversations);
  const cursors = new Cursors({
    conversations: store.conversations,
    clock,
    logger,
    intervalMs: CURSOR_INTERVAL_MS,
    post,
  });
  const deviceCursors = new DeviceCursors({
    devices: store.devices,
    logger,
    intervalMs: CURSOR_INTERVAL_MS,
  });
  const messaging = new Messaging({
    conversations: store.conversations,
    messages: store.messages,
    clock,
    logger,
    meter,
    lanes: COMMIT_LANES,
    post,
  });
  const friends = new Friends({ ...store, mayAsk: requestLimit(config, coordination, logger) });
  const endings = new Endings({
    devices: coordination.devices,
    nodes: coordination.nodes,
    courier,
    clock,
    logger,
  });
  const presence = new Presence({
    friends: store.friends,
    routes: coordination.routes,
    local,
    courier,
    clock,
    logger,
  });
  const sessions = new Sessions({
    store,
    presence,
    coordination,
    allocator,
    endings,
    local,
    node,
    incarnation,
    maxPerUser: ChattingServer.max_sessions_per_user,
    resumeTtlMs: config.BalanceService.resume_ttl * 1_000,
    clock,
    logger,
  });
  const reconciler = new Reconciler({
    conversations: store.conversations,
    local,
    doubt: () => standing.doubt(),
    clock,
    logger,
  });
  const doubts = new Doubts({
    peers,
    livePeers: () => membership.peers,
    confirmedAt: () => membership.confirmedAt,
    leaseMs,
    reconciler,
    clock,
  });
  const standing = new Standing({
    routes: coordination.routes,
    accounts: store.accounts,
    sessions,
    membership: () => membership,
    leaseMs,
    local: () => local.bound(),
    isHere: (session) => local.find(session.user, session.session) !== undefined,
    clock,
    logger,
  });
  const recovery = new Recovery({
    standing,
    presence,
    reconciler,
    registry: coordination.nodes,
    heardAt: (peer) => doubts.heardAt(peer),
    leaseMs,
    clock,
    logger,
  });

  const context: ChatContext = {
    settings: chatSettings(config),
    sessions,
    standing,
    local,
    friends,
    presence,
    conversations,
    messaging,
    messages: store.messages,
    cursors,
    deviceCursors,
    courier,
    limits: new ChatLimits(frameLimits(config), clock),
    // What commits and logins need of the store's connections stays free.
    turns: new FairGate({ slots: Math.max(2, config.MySQL.pool_size - COMMIT_LANES - 1), ...TURNS }),
    logins: new FairGate({ slots: LOGIN_SLOTS, ...TURNS }),
    clock,
    logger,
    meter,
    draining: () => !open,
  };
  const server = new ChatServer(context);
  meter.gauge("chatsrv_sessions", "Sessions on this node.", () => local.count);

  // Peers may deliver as soon as the node is registered, clients may come as soon as it can be allocated.
  const grpc = await rpc.serve(gRPCServer, [
    peerService(local, logger, (peer, missedMs) => doubts.heard(peer, missedMs)),
    distributedService(
      new IncomingPeerRequests({ friends, conversations, messaging, courier, presence }),
      logger,
    ),
  ]);
  const tls = await ListenerTls.read({ name: "[ChattingServer]", section: ChattingServer, clock, logger });
  const listening = {
    host: ChattingServer.bind,
    ...(tls !== undefined && { tls }),
    limits: context.settings.sendQueue,
    handler: server,
    admits: () => guard?.admits(() => server.makeRoom()) ?? true,
    refusal: encodeFrame(ServiceId.LOGINRESPONSE, { error: Code.UNAVAILABLE }),
    clock,
    log: logger,
  };
  const tcp = await listenTcp({ ...listening, port: ChattingServer.port });
  const ws = await listenWs({
    ...listening,
    port: ChattingServer.ws_port,
    clientOf: relayedClient(config.Cluster.secret),
  });
  const unwatch = [tcp, ws].map((listener) => guard?.watch(listener));
  meter.gauge("chatsrv_connections_waiting", "Connections that have not logged in.", () => server.waiting);
  meter.gauge("chatsrv_connections", "Open TCP connections.", () => tcp.connections, { transport: "tcp" });
  meter.gauge("chatsrv_connections", "Open WebSocket connections.", () => ws.connections, {
    transport: "ws",
  });

  const membership = new Membership({
    node: {
      name: node,
      incarnation,
      ...chatAddresses(config, { tcp: tcp.address.port, ws: ws.address.port, secure: tls !== undefined }),
      grpcHost: gRPCServer.host,
      grpcPort: grpc?.address.port ?? 0,
    },
    registry: coordination.nodes,
    leaseMs,
    sessions: () => local.count,
    events: {
      vanished: (gone) => recovery.vanished(gone),
      rejoined: (confirmedAt) => recovery.rejoined(confirmedAt),
      superseded: () => {
        open = false;
        void server.drain(SUPERSEDED_MS).finally(superseded.resolve);
      },
    },
    clock,
    logger,
  });
  const stopRecovery = coordination.onRecovered(() => {
    const { confirmedAt } = membership;
    void membership.renew().then(() => recovery.coordinationRecovered(confirmedAt));
  });
  const reaper = setInterval(() => void recovery.reap(), leaseMs);
  const presenceRefresh = setInterval(() => void presence.refresh(), PRESENCE_REFRESH_LEASES * leaseMs);

  const stop = async (): Promise<void> => {
    const drainMs = ChattingServer.drain_timeout * 1_000;
    open = false;
    await membership.drain();
    for (const end of unwatch) end?.();
    tcp.stopAccepting();
    ws.stopAccepting();
    await server.drain(Math.max(0, drainMs - LAST_STEPS_MS));
    // Each may hang on a server that is away; none may hold up the exit.
    await within(LAST_STEPS_MS / 2, messaging.idle()).catch(() => {});
    await within(LAST_STEPS_MS / 4, Promise.all([cursors.flush(), deviceCursors.flush()])).catch(() => {});
    await within(LAST_STEPS_MS / 4, courier.idle()).catch(() => {});
    clearInterval(reaper);
    clearInterval(presenceRefresh);
    doubts.stop();
    standing.stop();
    stopRecovery();
    await membership.leave();
    await Promise.all([tcp.stop(), ws.stop()]);
    peers.close();
    await grpc?.stop();
  };

  try {
    await joinWhenPossible(membership, input);
    doubts.start();
    standing.start();
    open = true;
  } catch (error) {
    clearInterval(reaper);
    for (const end of unwatch) end?.();
    await Promise.all([tcp.stop(), ws.stop(), grpc?.stop()]);
    throw error;
  }
  return {
    node,
    acceptWebSocket: ws.accept,
    local,
    joined: () => membership.joined,
    superseded: superseded.promise,
    addresses: {
      chat: addressText(tcp.address),
      ws: addressText(ws.address),
      ...(grpc !== undefined && { grpc: addressText(grpc.address) }),
    },
    reloadTls: async () => {
      await tls?.reload([tcp, ws]);
    },
    stop,
  };
}

/** Roles start in any order: a coordination that is away is waited for. @throws when the name is another's */
async function joinWhenPossible(membership: Membership, { logger }: ChatRoleInput): Promise<void> {
  for (;;) {
    try {
      await membership.join();
      return;
    } catch (thrown) {
      if (!isRetryable(thrown)) throw thrown;
      logger.log("warn", "node.join_waits", { error: thrown });
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

function isRetryable(thrown: unknown): boolean {
  return typeof thrown === "object" && thrown !== null && "retryable" in thrown && thrown.retryable === true;
}
