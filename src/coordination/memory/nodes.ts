/**
 * @module coordination/memory/nodes
 * The node registry of one process: names, leases, and the tallies that placement needs.
 */
import type { ChatNode } from "../../domain/entities.ts";
import type { NodeName, UserId } from "../../domain/ids.ts";
import type { Clock } from "../../lib/clock.ts";
import type { NodeRegistry } from "../coordination.ts";
import type { MemoryDevices } from "./devices.ts";
import { ExpiringMap } from "./expiring.ts";

/** A registered node and what happened to it since its last report. */
export interface NodeEntry {
  node: ChatNode;
  /** Tokens redeemed there that the reported `sessions` do not contain yet. */
  redeemed: number;
  /** The number of the pick that chose it last; 0 before the first. */
  lastPick: number;
}

export class MemoryNodes implements NodeRegistry {
  readonly #clock: Clock;
  readonly #devices: MemoryDevices;
  readonly #entries: ExpiringMap<NodeName, NodeEntry>;
  /** Names are configured, so this stays small; each `live` forgets those whose lease ended. */
  readonly #names = new Set<NodeName>();

  constructor(clock: Clock, devices: MemoryDevices) {
    this.#clock = clock;
    this.#devices = devices;
    this.#entries = new ExpiringMap(clock);
  }

  async register(node: ChatNode, ttlMs: number): Promise<boolean> {
    const holder = this.#entries.get(node.name);
    if (holder && !mayTakeOver(holder.node, node)) return false;
    this.#names.add(node.name);
    this.#entries.set(node.name, { node, redeemed: 0, lastPick: holder?.lastPick ?? 0 }, ttlMs);
    return true;
  }

  async renew(
    name: NodeName,
    incarnation: string,
    report: { sessions: number; draining: boolean },
    ttlMs: number,
  ): Promise<boolean> {
    const entry = this.#entries.get(name);
    if (entry?.node.incarnation !== incarnation) return false;
    entry.node = { ...entry.node, ...report };
    entry.redeemed = 0;
    this.#entries.set(name, entry, ttlMs);
    return true;
  }

  async deregister(name: NodeName, incarnation: string): Promise<void> {
    if (this.#entries.get(name)?.node.incarnation === incarnation) this.#entries.delete(name);
  }

  async list(): Promise<ChatNode[]> {
    const now = this.#clock.now();
    // Only told, never acted on: the lease itself runs on a clock without a date.
    return this.live().map(({ node }) => ({ ...node, leaseUntil: now + this.#entries.ttl(node.name) }));
  }

  async reap(): Promise<UserId[]> {
    const alive = new Set(this.live().map((entry) => entry.node.incarnation));
    return this.#devices.reap(alive);
  }

  /** The entry of a live node. */
  get(name: NodeName): NodeEntry | undefined {
    return this.#entries.get(name);
  }

  /** Live nodes, by name. */
  live(): NodeEntry[] {
    const found: NodeEntry[] = [];
    for (const name of [...this.#names].sort()) {
      const entry = this.#entries.get(name);
      if (entry) found.push(entry);
      else this.#names.delete(name);
    }
    return found;
  }
}

/** Who registers again, or who bound the holder's gRPC port and so proves that the holder is gone. */
function mayTakeOver(holder: ChatNode, newcomer: ChatNode): boolean {
  if (holder.incarnation === newcomer.incarnation) return true;
  return (
    newcomer.grpcPort !== 0 && holder.grpcPort === newcomer.grpcPort && holder.grpcHost === newcomer.grpcHost
  );
}
