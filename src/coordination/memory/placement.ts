/**
 * @module coordination/memory/placement
 * Login tokens and the pick of the least loaded node, for one process.
 */
import type { ChatNode } from "../../domain/entities.ts";
import type { NodeName, UserId } from "../../domain/ids.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Placement } from "../coordination.ts";
import { hashToken } from "../secrets.ts";
import { ExpiringMap } from "./expiring.ts";
import type { MemoryNodes, NodeEntry } from "./nodes.ts";

export class MemoryPlacement implements Placement {
  readonly #clock: Clock;
  readonly #nodes: MemoryNodes;
  /** Per node the tokens not yet redeemed: the token's right to log in and the pick it counts as, in one. */
  readonly #tokens = new Map<NodeName, ExpiringMap<string, UserId>>();
  #picks = 0;

  constructor(clock: Clock, nodes: MemoryNodes) {
    this.#clock = clock;
    this.#nodes = nodes;
  }

  async allocate(user: UserId, token: string, ttlMs: number): Promise<ChatNode | undefined> {
    let best: { entry: NodeEntry; load: number } | undefined;
    for (const entry of this.#nodes.live()) {
      if (entry.node.draining || entry.node.port === 0) continue;
      const load = entry.node.sessions + entry.redeemed + (this.#tokens.get(entry.node.name)?.size ?? 0);
      if (!best || load < best.load || (load === best.load && entry.lastPick < best.entry.lastPick))
        best = { entry, load };
    }
    if (!best) return undefined;
    const { node } = best.entry;
    best.entry.lastPick = ++this.#picks;
    this.#tokensOf(node.name).set(hashToken(token), user, ttlMs);
    return node;
  }

  async redeem(user: UserId, token: string, node: NodeName): Promise<boolean> {
    const tokens = this.#tokens.get(node);
    const hash = hashToken(token);
    if (tokens?.get(hash) !== user) return false;
    tokens.delete(hash);
    const entry = this.#nodes.get(node);
    if (entry) entry.redeemed += 1;
    return true;
  }

  async revoke(user: UserId, token?: string): Promise<void> {
    const hash = token === undefined ? undefined : hashToken(token);
    for (const tokens of this.#tokens.values())
      tokens.deleteWhere((holder, key) => holder === user && (hash === undefined || hash === key));
  }

  #tokensOf(node: NodeName): ExpiringMap<string, UserId> {
    const tokens = this.#tokens.get(node) ?? new ExpiringMap<string, UserId>(this.#clock);
    this.#tokens.set(node, tokens);
    return tokens;
  }
}
