/**
 * @module rpc/peers
 * The Peers port: one long-lived stream per peer node, opened on demand, and the service at its other end.
 */
import type { ServerDuplexStream } from "@grpc/grpc-js";
import type { NodeAddress } from "../domain/entities.ts";
import { unavailable } from "../domain/error.ts";
import { nodeName } from "../domain/ids.ts";
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
  readonly self?: NodeAddress;
  /** Where the gRPC of this life of a node is; undefined when it is not registered. */
  readonly addressOf: (address: NodeAddress) => RpcAddress | undefined;
  readonly logger: Logger;
  /** Milliseconds after which a peer that acknowledges nothing is taken for dead; 5 s unless given. */
  readonly ackTimeoutMs?: number;
}

interface Peer {
  readonly address: NodeAddress;
  readonly link: PeerLink;
}

/**
 * Sends events to peer nodes; see services/ports for the contract. A node whose name another process took may be there
 * still, and would acknowledge what is the other's: so each life of a node has a link of its own.
 */
export class PeerStreams implements Peers {
  readonly #options: PeerStreamsOptions;
  /** By incarnation. */
  readonly #peers = new Map<string, Peer>();
  #closed = false;

  constructor(options: PeerStreamsOptions) {
    this.#options = options;
  }

  async send(address: NodeAddress, events: readonly UserEvent[], missedMs?: number): Promise<void> {
    if (this.#closed) throw unavailable(`node ${address.node}`);
    await this.#link(address).send(events, missedMs);
  }

  /** Ends all streams; what is under way is rejected. */
  close(): void {
    this.#closed = true;
    for (const { link } of this.#peers.values()) link.close();
    this.#peers.clear();
  }

  #link(address: NodeAddress): PeerLink {
    const known = this.#peers.get(address.incarnation);
    if (known !== undefined) return known.link;
    this.#dropGone();
    const { rpc, self, addressOf, logger, ackTimeoutMs } = this.#options;
    const link = new PeerLink({
      node: address.node,
      self,
      logger,
      ...(ackTimeoutMs !== undefined && { ackTimeoutMs }),
      open: () => {
        const rpcAddress = addressOf(address);
        return rpcAddress && rpc.stream(rpcAddress, PeerService.method.deliver);
      },
    });
    this.#peers.set(address.incarnation, { address, link });
    return link;
  }

  /** Ends the links of nodes that are gone, so that what comes and goes leaves nothing behind. */
  #dropGone(): void {
    for (const [incarnation, { address, link }] of this.#peers) {
      if (!link.quiet || this.#options.addressOf(address) !== undefined) continue;
      link.close();
      this.#peers.delete(incarnation);
    }
  }
}

/**
 * Told of every batch that comes from a chat node, whose incarnation is "" where it does not say; `missedMs` as in
 * `Peers.send`.
 */
export type Heard = (from: NodeAddress, missedMs: number | undefined) => void;

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
        call.on("data", ({ id, events, node, incarnation, missedMs }: EventBatch) => {
          if (!streams.has(call)) return;
          // Told again it would fail again: what was decided elsewhere stands, and the batches behind it go on.
          try {
            local.deliver(readable(events, logger));
          } catch (error) {
            logger.log("error", "peer.bug", { error });
          }
          call.write({ $typeName: "chatsrv.cluster.BatchAck", id });
          if (node !== "") heard({ node: nodeName(node), incarnation }, missedMs > 0 ? missedMs : undefined);
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
