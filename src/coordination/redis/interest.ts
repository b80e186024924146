/**
 * @module coordination/redis/interest
 * Which nodes are interested in which groups: a sorted set a conversation, its nodes by when they were added. It ends by
 * itself a day after any node was added last.
 */
import type { NodeAddress } from "../../domain/entities.ts";
import { type ConversationId, nodeName } from "../../domain/ids.ts";
import type { Interest, Interested } from "../coordination.ts";
import type { Lifetimes } from "../devices.ts";
import type { Connection } from "./connection.ts";
import { keys } from "./keys.ts";

/** Conversations of one script; what it takes, others wait for. */
const AT_ONCE = 500;

export class RedisInterest implements Interest {
  readonly #redis: Connection;
  readonly #life: Lifetimes;

  constructor(redis: Connection, life: Lifetimes) {
    this.#redis = redis;
    this.#life = life;
  }

  async add(node: NodeAddress, conversations: readonly ConversationId[]): Promise<void> {
    const buckets = Map.groupBy(conversations, keys.interestBucket);
    const calls: Promise<unknown>[] = [];
    for (const [bucket, all] of buckets)
      for (let from = 0; from < all.length; from += AT_ONCE) {
        const some = all.slice(from, from + AT_ONCE);
        calls.push(this.#redis.script("interestAdd", bucket, member(node), this.#life.routes, ...some));
      }
    await Promise.all(calls);
  }

  async remove(node: NodeAddress, conversations: readonly ConversationId[]): Promise<void> {
    await this.#redis.command((client) =>
      Promise.all(conversations.map((one) => client.zrem(keys.interest(one), member(node)))),
    );
  }

  async of(conversations: readonly ConversationId[]): Promise<Map<ConversationId, Interested[]>> {
    const flat = await this.#redis.command((client) =>
      Promise.all(conversations.map((one) => client.zrange(keys.interest(one), 0, "-1", "WITHSCORES"))),
    );
    const found = new Map<ConversationId, Interested[]>();
    for (const [position, conversation] of conversations.entries()) {
      const nodes = readNodes(flat[position] ?? []);
      if (nodes.length > 0) found.set(conversation, nodes);
    }
    return found;
  }

  async forget(conversation: ConversationId, dead: readonly Interested[]): Promise<void> {
    const pairs = dead.flatMap((node) => [member(node), node.added]);
    await this.#redis.script("indexForget", keys.interest(conversation), ...pairs);
  }
}

/** An incarnation has no space in it. */
const member = ({ node, incarnation }: NodeAddress): string => `${incarnation} ${node}`;

/** @param flat member, score, member, score, … */
function readNodes(flat: readonly string[]): Interested[] {
  const nodes: Interested[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) {
    const [name = "", added] = flat.slice(i, i + 2);
    const space = name.indexOf(" ");
    nodes.push({
      node: nodeName(name.slice(space + 1)),
      incarnation: name.slice(0, space),
      added: Number(added),
    });
  }
  return nodes;
}
