/**
 * @module roles/session-ender
 * The gateway's way to end sessions: they are on nodes that may be elsewhere, found in the registry.
 */
import type { Coordination } from "../coordination/coordination.ts";
import type { ChatNode } from "../domain/entities.ts";
import type { NodeName } from "../domain/ids.ts";
import type { Logger } from "../lib/log.ts";
import type { RpcClient } from "../rpc/client.ts";
import { PeerStreams } from "../rpc/peers.ts";
import type { SessionEnder } from "../services/ports.ts";
import { SessionEndings } from "../services/session-ender.ts";
import type { ChatRole } from "./chat.ts";

/** @param chat the chat role of this process, once it has started. */
export function makeSessionEnder(
  coordination: Coordination,
  rpc: RpcClient,
  chat: () => ChatRole | undefined,
  logger: Logger,
): SessionEnder & { close(): void } {
  let nodes = new Map<NodeName, ChatNode>();
  const peers = new PeerStreams({
    rpc,
    addressOf: (name) => {
      const node = nodes.get(name);
      return node === undefined ? undefined : { host: node.grpcHost, port: node.grpcPort };
    },
    logger,
  });
  const endings = new SessionEndings({
    routes: coordination.routes,
    logger,
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
  return { endAll: (user) => endings.endAll(user), close: () => peers.close() };
}
