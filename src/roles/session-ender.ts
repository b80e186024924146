/**
 * @module roles/session-ender
 * The gateway's way to end sessions: they are on nodes that may be elsewhere, found in the registry.
 */
import type { Coordination } from "../coordination/coordination.ts";
import type { ChatNode } from "../domain/entities.ts";
import { AppError } from "../domain/error.ts";
import { type NodeName, nodeName } from "../domain/ids.ts";
import { Batcher } from "../lib/batcher.ts";
import type { RpcClient } from "../rpc/client.ts";
import { PeerStreams } from "../rpc/peers.ts";
import { Courier } from "../services/delivery/courier.ts";
import type { SessionEnder } from "../services/ports.ts";
import { Endings } from "../services/sessions/endings.ts";
import type { ChatRole } from "./chat/chat.ts";
import type { RoleInput } from "./role.ts";

/**
 * @param self the chat node in this process; undefined when there is none.
 * @param chat its role, once it has started.
 */
export function makeSessionEnder(
  { config, clock, logger }: RoleInput,
  coordination: Coordination,
  rpc: RpcClient,
  self: NodeName | undefined,
  chat: () => ChatRole | undefined,
): SessionEnder & { close(): void } {
  let nodes: ReadonlyMap<NodeName, ChatNode> = new Map();
  const reads = new Batcher<() => void>({
    work: async (waiting) => {
      // What was read before is kept when it cannot be read.
      const found = await coordination.nodes.list().catch(() => undefined);
      if (found !== undefined) nodes = new Map(found.map((node) => [node.name, node]));
      for (const done of waiting) done();
    },
    onBug: (error) => logger.log("error", "session_ender.bug", { error }),
  });
  /** Reads the registry. Resolves after a read that began after the call: whoever is met first has joined before. */
  const refresh = () => new Promise<void>((done) => reads.push(done));
  const peers = new PeerStreams({
    rpc,
    addressOf: ({ node: name, incarnation }) => {
      const node = nodes.get(name);
      return node?.incarnation !== incarnation ? undefined : { host: node.grpcHost, port: node.grpcPort };
    },
    logger,
  });
  const courier = new Courier({
    self: self ?? nodeName(""),
    local: {
      has: (user) => chat()?.local.has(user) ?? false,
      deliver: (events) => chat()?.local.deliver(events),
    },
    peers,
    routes: coordination.routes,
    interest: coordination.interest,
    alone: !coordination.shared,
    // Looked at before each try, and nobody else watches the registry here.
    livePeers: () => {
      void refresh();
      return nodes;
    },
    refreshPeers: refresh,
    clock,
    logger,
  });
  const { devices, nodes: registry } = coordination;
  const { onRecovered } = coordination;
  const leaseMs = config.Cluster.lease_ttl * 1_000;
  const endings = new Endings({ devices, nodes: registry, courier, onRecovered, leaseMs, clock, logger });
  return {
    endAll: async (user, below) => {
      const { open } = await endings.end(user, { below }, "reset");
      const left = await endings.close(open, "reset");
      if (left.length > 0)
        throw new AppError("UNAVAILABLE", { detail: `no word from ${left.map(({ node }) => node)}` });
    },
    close: () => peers.close(),
  };
}
