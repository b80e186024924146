/**
 * @module coordination/redis/nodes
 * The node registry in Redis. The server's expiry of a node's key is the end of its lease.
 */

import type { ChatNode } from "../../domain/entities.ts";
import type { NodeName, UserId } from "../../domain/ids.ts";
import { addressText } from "../../lib/address.ts";
import type { NodeRegistry } from "../coordination.ts";
import type { Lifetimes } from "../devices.ts";
import type { Connection } from "./connection.ts";
import type { RedisDevices } from "./devices.ts";
import { keys, ttl } from "./keys.ts";
import type { RouteIndex } from "./route-index.ts";

/** What `node_reply` of prelude.lua answers: the node as registered, then what changes; of the lease, the ms left. */
export type NodeReply = [node: string, sessions: string, draining: string, leaseLeft: number];

export class RedisNodes implements NodeRegistry {
  readonly #redis: Connection;
  readonly #index: RouteIndex;
  readonly #devices: RedisDevices;
  readonly #life: Lifetimes;

  constructor(redis: Connection, index: RouteIndex, devices: RedisDevices, life: Lifetimes) {
    this.#redis = redis;
    this.#index = index;
    this.#devices = devices;
    this.#life = life;
  }

  async register(node: ChatNode, ttlMs: number): Promise<boolean> {
    const grpc = node.grpcPort === 0 ? "" : addressText({ host: node.grpcHost, port: node.grpcPort });
    const taken = await this.#redis.script(
      "nodeRegister",
      keys.nodes,
      node.name,
      node.incarnation,
      grpc,
      JSON.stringify(node),
      node.port,
      node.sessions,
      Number(node.draining),
      ttl(ttlMs),
      this.#life.routes,
    );
    return taken === 1;
  }

  async renew(
    name: NodeName,
    incarnation: string,
    report: { sessions: number; draining: boolean },
    ttlMs: number,
  ): Promise<boolean> {
    const renewed = await this.#redis.script(
      "nodeRenew",
      keys.nodes,
      name,
      incarnation,
      report.sessions,
      Number(report.draining),
      ttl(ttlMs),
      this.#life.routes,
    );
    if (renewed !== 1) return false;
    await this.#devices.refresh(incarnation);
    return true;
  }

  async deregister(name: NodeName, incarnation: string): Promise<void> {
    await this.#redis.script("nodeDeregister", keys.nodes, name, incarnation);
  }

  async list(): Promise<ChatNode[]> {
    const replies = (await this.#redis.script("nodeList", keys.nodes)) as NodeReply[];
    return replies.map(readNode).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async reap(): Promise<UserId[]> {
    const users = new Set<UserId>();
    try {
      const known = await this.#redis.command((client) => client.smembers(keys.incarnations));
      const alive = await this.#alive();
      for (const incarnation of known)
        if (!alive.has(incarnation)) await this.#reapIncarnation(incarnation, users);
    } catch (error) {
      // Nobody else will be told of those removed so far.
      if (users.size === 0) throw error;
    }
    return [...users];
  }

  /**
   * Several keys in several slots, so not one step; what makes it safe is the order. The routes and their index
   * are read first, then the node is found dead: so it registers again, if it does, after that, and whatever
   * it binds then has a newer epoch and a newer touch than those read here, which alone are removed.
   * @param users gets those whose routes were removed.
   */
  async #reapIncarnation(incarnation: string, users: Set<UserId>): Promise<void> {
    for (;;) {
      const entries = await this.#index.page(incarnation);
      const left = await this.#devices.leftBy(incarnation, [...new Set(entries.map(({ user }) => user))]);
      if ((await this.#alive()).has(incarnation)) return;
      if (entries.length === 0) {
        await this.#redis.command((client) => client.srem(keys.incarnations, incarnation));
        return;
      }
      await Promise.all(
        left.map(async ({ user, session, epoch }) => {
          if (await this.#devices.unbind(user, session, epoch)) users.add(user);
        }),
      );
      await this.#index.forget(incarnation, entries);
    }
  }

  async #alive(): Promise<Set<string>> {
    return new Set((await this.list()).map((node) => node.incarnation));
  }
}

/** A node from the form in which the scripts answer with it. */
export function readNode([node, sessions, draining, leaseLeft]: NodeReply): ChatNode {
  return {
    ...(JSON.parse(node) as ChatNode),
    sessions: Number(sessions),
    draining: draining === "1",
    leaseUntil: Date.now() + leaseLeft, // told only, by this machine's date
  };
}
