/**
 * @module roles/chat/cluster
 * A chat node's place in the cluster, and what it does at intervals as long as it has one.
 */
import { AppError } from "../../domain/error.ts";
import { Membership } from "../../services/cluster/membership.ts";
import { type ChatPorts, chatAddresses } from "./addresses.ts";
import type { Services, ServicesInput } from "./services.ts";

/**
 * How often presence that was told is compared with the routes: what a node that died, or coordination that lost its
 * memory, kept from being told is wrong for so long.
 */
const PRESENCE_REFRESH_LEASES = 3;
const JOIN_RETRY_MS = 500;

/** Where clients and peers reach this node, and what becomes of it when another process takes its name. */
export interface Place {
  readonly ports: ChatPorts;
  /** 0 where gRPC is not served. */
  readonly grpcPort: number;
  readonly superseded: () => void;
}

export function makeMembership(
  { config, coordination, clock, logger }: ServicesInput,
  { node, incarnation, leaseMs, local, recovery }: Services,
  { ports, grpcPort, superseded }: Place,
): Membership {
  return new Membership({
    node: {
      name: node,
      incarnation,
      ...chatAddresses(config, ports),
      grpcHost: config.gRPCServer.host,
      grpcPort,
    },
    registry: coordination.nodes,
    leaseMs,
    sessions: () => local.count,
    events: {
      vanished: (gone) => recovery.vanished(gone),
      rejoined: (confirmedAt) => recovery.rejoined(confirmedAt),
      superseded,
    },
    clock,
    logger,
  });
}

/** Looks after what others may have left behind, or not have told. @returns what ends it */
export function keepUp(
  { coordination }: ServicesInput,
  { leaseMs, recovery, presence }: Services,
  membership: Membership,
): () => void {
  const stopRecovery = coordination.onRecovered(() => {
    const { confirmedAt } = membership;
    void membership.renew().then(() => recovery.coordinationRecovered(confirmedAt));
  });
  const timers = [
    setInterval(() => void recovery.reap(), leaseMs),
    setInterval(() => void presence.refresh(), PRESENCE_REFRESH_LEASES * leaseMs),
  ];
  return () => {
    for (const timer of timers) clearInterval(timer);
    stopRecovery();
  };
}

/** Roles start in any order: a coordination that is away is waited for. @throws when the name is another's */
export async function joinWhenPossible(
  membership: Membership,
  { logger }: Pick<ServicesInput, "logger">,
): Promise<void> {
  for (;;) {
    try {
      await membership.join();
      return;
    } catch (thrown) {
      if (!(thrown instanceof AppError) || !thrown.retryable) throw thrown;
      logger.log("warn", "node.join_waits", { error: thrown });
      await new Promise((resolve) => setTimeout(resolve, JOIN_RETRY_MS));
    }
  }
}
