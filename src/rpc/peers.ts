/**
 * @module rpc/peers
 * The Peers port: one long-lived stream per peer node, opened on demand, and the service at its other end.
 */
import type { ServerDuplexStream } from "@grpc/grpc-js";
import { unavailable } from "../domain/error.ts";
import { type NodeName, nodeName } from "../domain/ids.ts";
import type { Logger } from "../lib/log.ts";
import type { UserEvent } from "../services/delivery/events.ts";
import type { LocalSessions, Peers } from "../services/delivery/ports.ts";
import type { RpcAddress, RpcClient } from "./client.ts";
import { type RpcService, rpcService } from "./definition.ts";
import { fromMessage } from "./events.ts";
import { type BatchAck, type Event, type EventBatch, PeerService } from "./gen/cluster_pb.ts";
import { PeerLink } from "./peer-link.ts";

export interface PeerStreamsOptions {
  readonly rpc: RpcClient;
  /** This process's chat node, by which its peers know it; undefined in a process without one. */
  readonly self?: NodeName;
  /** Where a node's gRPC is now; undefined when it is not registered. */
  readonly addressOf: (node: NodeName) => RpcAddress | undefined;
  readonly logger: Logger;
  /** Milliseconds after which a peer that acknowledges nothing is taken for dead; 5 s unless given. */
  readonly ackTimeoutMs?: number;
}

/** Sends events to peer nodes; see services/ports for the contract. */
export class PeerStreams implements Peers {
  readonly #options: PeerStreamsOptions;
  readonly #links = new Map<NodeName, PeerLink>();
  #closed = false;

  constructor(options: PeerStreamsOptions) {
    this.#options = options;
  }

  async send(node: NodeName, events: readonly UserEvent[], missedMs?: number): Promise<void> {
    if (this.#closed) throw unavailable(`node ${node}`);
    await this.#link(node).send(events, missedMs);
  }

  /** Ends all streams; what is under way is rejected. */
  close(): void {
    this.#closed = true;
    for (const link of this.#links.values()) link.close();
    this.#links.clear();
  }

  #link(node: NodeName): PeerLink {
    let link = this.#links.get(node);
    if (link === undefined) {
      this.#dropIdle();
      const { rpc, self = "", addressOf, logger, ackTimeoutMs } = this.#options;
      link = new PeerLink({
        node,
        self,
        logger,
        ...(ackTimeoutMs !== undefined && { ackTimeoutMs }),
        open: () => {
          const address = addressOf(node);
          return address && rpc.stream(address, PeerService.method.deliver);
        },
      });
      this.#links.set(node, link);
    }
    return link;
  }

  /** Forgets the links of nodes that are gone, so that names that come and go leave nothing behind. */
  #dropIdle(): void {
    for (const [node, link] of this.#links)
      if (link.idle && this.#options.addressOf(node) === undefined) this.#links.delete(node);
  }
}

/** Told of every batch that comes from a chat node; `missedMs` as in `Peers.send`. */
export type Heard = (node: NodeName, missedMs: number | undefined) => void;

/**
 * The receiving end: hands each batch to the sessions here and acknowledges it. What one event or one session
 * makes of it is its own affair (chat/local-sessions): an event that cannot be read is left out and logged.
 */
export function peerService(
  local: Pick<LocalSessions, "deliver">,
  logger: Logger,
  heard: Heard = () => {},
): RpcService {
  const streams = new Set<ServerDuplexStream<EventBatch, BatchAck>>();
  return rpcService(
    PeerService,
    {
      deliver: (call) => {
        streams.add(call);
        const over = () => streams.delete(call);
        call.on("data", ({ id, events, node, missedMs }: EventBatch) => {
          if (!streams.has(call)) return;
          // Told again it would fail again: what was decided elsewhere stands, and the batches behind it go on.
          try {
            local.deliver(readable(events, logger));
          } catch (error) {
            logger.log("error", "peer.bug", { error });
          }
          call.write({ $typeName: "chatsrv.cluster.BatchAck", id });
          if (node !== "") heard(nodeName(node), missedMs > 0 ? missedMs : undefined);
        });
        call.on("end", () => {
          over();
          call.end();
        });
        call.on("cancelled", over);
        call.on("error", over);
      },
    },
    () => {
      for (const call of streams) call.end();
      streams.clear();
    },
  );
}

/** The events that this version knows. */
function readable(messages: readonly Event[], logger: Logger): UserEvent[] {
  const events: UserEvent[] = [];
  for (const message of messages)
    try {
      const event = fromMessage(message);
      if (event !== undefined) events.push(event);
    } catch (error) {
      logger.log("error", "peer.unreadable_event", { kind: message.event.case, error });
    }
  return events;
}
