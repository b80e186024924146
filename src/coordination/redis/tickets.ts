/**
 * @module coordination/redis/tickets
 * Resume tickets in Redis.
 */
import type { UserId } from "../../domain/ids.ts";
import type { TicketStore } from "../coordination.ts";
import { hashToken } from "../secrets.ts";
import type { Connection } from "./connection.ts";
import { keys, ttl } from "./keys.ts";

export class RedisTickets implements TicketStore {
  readonly #redis: Connection;

  constructor(redis: Connection) {
    this.#redis = redis;
  }

  async put(user: UserId, ticket: string, ttlMs: number, keep: number): Promise<void> {
    await this.#redis.script("ticketPut", keys.tickets(user), hashToken(ticket), ttl(ttlMs), keep);
  }

  async check(user: UserId, ticket: string): Promise<boolean> {
    return (await this.#redis.script("ticketCheck", keys.tickets(user), hashToken(ticket))) === 1;
  }

  async remove(user: UserId, ticket: string): Promise<void> {
    await this.#redis.script("ticketRemove", keys.tickets(user), hashToken(ticket));
  }

  async clear(user: UserId): Promise<void> {
    await this.#redis.command((client) => client.del(keys.tickets(user)));
  }
}
