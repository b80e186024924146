/**
 * @module coordination/memory/tickets
 * Resume tickets of one process.
 */
import type { UserId } from "../../domain/ids.ts";
import type { Clock } from "../../lib/clock.ts";
import type { TicketStore } from "../coordination.ts";
import { hashToken } from "../secrets.ts";
import { ExpiringMap } from "./expiring.ts";

interface Ticket {
  readonly hash: string;
  readonly until: number;
}

export class MemoryTickets implements TicketStore {
  readonly #clock: Clock;
  /** Per user, the newest last. */
  readonly #tickets: ExpiringMap<UserId, Ticket[]>;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#tickets = new ExpiringMap(clock);
  }

  async put(user: UserId, ticket: string, ttlMs: number, keep: number): Promise<void> {
    const hash = hashToken(ticket);
    const others = this.#good(user).filter((other) => other.hash !== hash);
    this.#store(user, [...others, { hash, until: this.#clock.monotonic() + ttlMs }].slice(-keep));
  }

  async check(user: UserId, ticket: string): Promise<boolean> {
    const hash = hashToken(ticket);
    return this.#good(user).some((stored) => stored.hash === hash);
  }

  async remove(user: UserId, ticket: string): Promise<void> {
    const hash = hashToken(ticket);
    this.#store(
      user,
      this.#good(user).filter((stored) => stored.hash !== hash),
    );
  }

  async clear(user: UserId): Promise<void> {
    this.#tickets.delete(user);
  }

  #good(user: UserId): Ticket[] {
    const now = this.#clock.monotonic();
    return (this.#tickets.get(user) ?? []).filter((ticket) => ticket.until > now);
  }

  #store(user: UserId, tickets: Ticket[]): void {
    if (tickets.length === 0) this.#tickets.delete(user);
    else this.#tickets.set(user, tickets, Math.max(...tickets.map((t) => t.until)) - this.#clock.monotonic());
  }
}
