/**
 * @module coordination/redis/placement
 * Login tokens and the pick of the least loaded node, in Redis.
 */
import type { ChatNode } from "../../domain/entities.ts";
import type { NodeName, UserId } from "../../domain/ids.ts";
import type { Placement } from "../coordination.ts";
import { hashToken } from "../secrets.ts";
import type { Connection } from "./connection.ts";
import { keys, ttl } from "./keys.ts";
import { type NodeReply, readNode } from "./nodes.ts";

export class RedisPlacement implements Placement {
  readonly #redis: Connection;

  constructor(redis: Connection) {
    this.#redis = redis;
  }

  async allocate(user: UserId, token: string, ttlMs: number): Promise<ChatNode | undefined> {
    const reply = await this.#redis.script("nodeAllocate", keys.nodes, member(user, token), ttl(ttlMs));
    return reply === null ? undefined : readNode(reply as NodeReply);
  }

  async revoke(user: UserId, token?: string): Promise<void> {
    await this.#redis.script(
      "nodeRevoke",
      keys.nodes,
      token === undefined ? `${user}:` : member(user, token),
    );
  }

  async redeem(user: UserId, token: string, node: NodeName): Promise<boolean> {
    return (await this.#redis.script("nodeRedeem", keys.nodes, node, member(user, token))) === 1;
  }
}

/** A token as the sorted set of its node holds it. */
const member = (user: UserId, token: string): string => `${user}:${hashToken(token)}`;
