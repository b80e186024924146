/**
 * @module services/cluster/placement
 * The balance role: picks a chat node for a user and gives out the token to log in there with.
 */
import type { Placement } from "../../coordination/coordination.ts";
import { AppError } from "../../domain/error.ts";
import { type Grant, tokenOf } from "../../domain/grants.ts";
import type { NodeName, UserId } from "../../domain/ids.ts";
import { randomSecret } from "../../lib/random.ts";
import { coordinated } from "../coordinated.ts";
import type { Allocation, Allocator } from "../ports.ts";

export interface PlacementOptions {
  readonly placement: Pick<Placement, "allocate" | "redeem">;
  /** How long a token is good, milliseconds. */
  readonly tokenTtlMs: number;
  /** Makes a token's secret, without a `.`; a test holds it. */
  readonly makeToken?: () => string;
}

export class PlacementService implements Allocator {
  readonly #options: PlacementOptions;

  constructor(options: PlacementOptions) {
    this.#options = options;
  }

  async allocate(user: UserId, grant?: Grant): Promise<Allocation> {
    const { placement, tokenTtlMs, makeToken = randomSecret } = this.#options;
    const token = tokenOf(makeToken(), grant);
    const node = await coordinated(placement.allocate(user, token, tokenTtlMs));
    if (!node) throw new AppError("NO_CHAT_NODE");
    return { host: node.host, port: node.port, wsUrl: node.wsUrl, node: node.name, token };
  }

  async redeem(user: UserId, token: string, node: NodeName): Promise<boolean> {
    return coordinated(this.#options.placement.redeem(user, token, node));
  }
}
