/**
 * @module roles/chat/chat
 * The chat role: sockets, sessions, the node's place in the cluster. Its start and its stop are written in
 * the order in which they must happen.
 */
import type { NodeName } from "../../domain/ids.ts";
import { addressText } from "../../lib/address.ts";
import { within } from "../../lib/deadline.ts";
import type { WsAcceptor } from "../../net/ws.ts";
import { distributedService } from "../../rpc/distributed.ts";
import { peerService } from "../../rpc/peers.ts";
import type { RpcServer } from "../../rpc/server.ts";
import type { Membership } from "../../services/cluster/membership.ts";
import { IncomingPeerRequests } from "../../services/cluster/peer-requests.ts";
import type { LocalSessions } from "../../services/delivery/ports.ts";
import type { Role } from "../role.ts";
import type { RpcHost } from "../rpc-host.ts";
import { joinWhenPossible, keepUp, makeMembership } from "./cluster.ts";
import { listen } from "./listeners.ts";
import { makeServices, type Services, type ServicesInput } from "./services.ts";
import { makeChatServer } from "./surface.ts";

/** How long a node whose name was taken takes to send its clients away, milliseconds: they are cut off already. */
const SUPERSEDED_MS = 2_000;
/** Of the time to drain, the part for what remains when the clients are gone. */
const LAST_STEPS_MS = 2_000;

export interface ChatRoleInput extends ServicesInput {
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
  const { config, meter } = input;
  /** Takes logins: from the moment it can be allocated until it drains. */
  let open = false;
  const superseded = Promise.withResolvers<void>();
  const services = makeServices(input, (): Membership => membership);
  const { node, local, doubts, standing, interests } = services;
  const server = makeChatServer(input, services, () => !open);
  meter.gauge("chatsrv_sessions", "Sessions on this node.", () => local.count);

  // Peers may deliver as soon as the node is registered, clients may come as soon as it can be allocated.
  const grpc = await serveGrpc(input, services);
  const listeners = await listen(input, server);
  const membership = makeMembership(input, services, {
    ports: listeners.ports,
    grpcPort: grpc?.address.port ?? 0,
    superseded: () => {
      open = false;
      void server.drain(SUPERSEDED_MS).finally(superseded.resolve);
    },
  });
  const stopKeepingUp = keepUp(input, services, membership);

  const stop = async (): Promise<void> => {
    const drainMs = config.ChattingServer.drain_timeout * 1_000;
    open = false;
    await membership.drain();
    listeners.stopAccepting();
    await server.drain(Math.max(0, drainMs - LAST_STEPS_MS));
    await finish(services);
    doubts.stop();
    standing.stop();
    stopKeepingUp();
    await membership.leave();
    await listeners.stop();
    services.peers.close();
    await grpc?.stop();
  };

  try {
    await joinWhenPossible(membership, input);
    doubts.start();
    standing.start();
    interests.start();
    services.indexer.start();
    open = true;
  } catch (error) {
    stopKeepingUp();
    await Promise.all([listeners.stop(), grpc?.stop()]);
    throw error;
  }
  return {
    node,
    acceptWebSocket: listeners.accept,
    local,
    joined: () => membership.joined,
    superseded: superseded.promise,
    addresses: {
      ...listeners.addresses,
      ...(grpc !== undefined && { grpc: addressText(grpc.address) }),
    },
    reloadTls: () => listeners.reloadTls(),
    stop,
  };
}

/** What other nodes, and servers of the original, call. @returns undefined where it is not served */
function serveGrpc(
  { config, rpc, logger }: ChatRoleInput,
  services: Services,
): Promise<RpcServer | undefined> {
  const { inbox, doubts } = services;
  return rpc.serve(config.gRPCServer, [
    peerService(inbox, logger, (peer, missedMs) => doubts.heard(peer, missedMs)),
    distributedService(new IncomingPeerRequests(services), logger),
  ]);
}

/** What remains when the clients are gone. Each step may hang on a server that is away; none may hold up the exit. */
async function finish({
  messaging,
  cursors,
  deviceCursors,
  courier,
  interests,
  indexer,
}: Services): Promise<void> {
  await within(LAST_STEPS_MS / 2, messaging.idle()).catch(() => {});
  await within(LAST_STEPS_MS / 4, Promise.all([cursors.flush(), deviceCursors.flush()])).catch(() => {});
  await within(LAST_STEPS_MS / 4, Promise.all([courier.idle(), interests.stop(), indexer.stop()])).catch(
    () => {},
  );
}
