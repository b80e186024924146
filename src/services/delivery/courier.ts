/**
 * @module services/delivery/courier
 * Takes events to the sessions of their audience wherever they are: those on this node at once, those on other nodes by
 * the peers' streams, one entry a node. Where they are is looked up after the commit, once for all that gathered meanwhile: a
 * session binds its route, and its node is added to its groups, before it reads its conversations, so whatever the look-up misses, that read finds.
 */
import type { NodeAddress } from "../../domain/entities.ts";
import type { NodeName, UserId } from "../../domain/ids.ts";
import { Batcher } from "../../lib/batcher.ts";
import type { Clock } from "../../lib/clock.ts";
import type { UserEvent, Users } from "./events.ts";
import { type Outcome, PeerQueues } from "./peer-queues.ts";
import type { LocalSessions, Peers } from "./ports.ts";
import { Whereabouts, type WhereaboutsOptions } from "./whereabouts.ts";

export interface CourierOptions extends WhereaboutsOptions {
  readonly local: Pick<LocalSessions, "has" | "deliver">;
  readonly peers: Pick<Peers, "send">;
  /** True when no other process shares this one's state: then every session there is, is here. */
  readonly alone: boolean;
  readonly clock: Clock;
}

/** What each node is to be told next. */
type Batches = Map<NodeName, { readonly address: NodeAddress; readonly events: UserEvent[] }>;

export class Courier {
  readonly #options: CourierOptions;
  readonly #remote: Batcher<UserEvent>;
  readonly #queues: PeerQueues;
  readonly #whereabouts: Whereabouts;

  constructor(options: CourierOptions) {
    this.#options = options;
    const { peers, clock, logger } = options;
    this.#remote = new Batcher<UserEvent>({
      work: (events) => this.#dispatch(events),
      onBug: (error) => logger.log("error", "courier.bug", { error }),
    });
    const whereabouts = new Whereabouts(options);
    this.#whereabouts = whereabouts;
    this.#queues = new PeerQueues({ peers, isAlive: (one) => whereabouts.isLivePeer(one), clock, logger });
  }

  /** Delivers here now and elsewhere soon, in order. Never fails: what is lost is found by reconciling. */
  post(events: readonly UserEvent[]): void {
    if (events.length === 0) return;
    this.#options.local.deliver(events);
    if (this.#options.alone) return;
    for (const event of events) this.#remote.push(event);
  }

  /**
   * Delivers events that last to one node whose sessions the caller knows, past the routes (they may be gone
   * already). @returns what became of them: tried until the node has them or its lease is gone.
   */
  async postTo(address: NodeAddress, events: readonly UserEvent[]): Promise<Outcome> {
    if (address.node === this.#options.self) {
      this.#options.local.deliver(events);
      return "acknowledged";
    }
    if (!this.#whereabouts.isLivePeer(address)) await this.#options.refreshPeers();
    return this.#whereabouts.isLivePeer(address) ? this.#queues.settle(address, events) : "gone";
  }

  /**
   * Delivers, and tells whether any of its users has a session anywhere.
   * @throws AppError UNAVAILABLE when coordination is away and one of them is not here.
   */
  async reach(event: UserEvent & { readonly audience: Users }): Promise<boolean> {
    if ((await this.online(event.audience.users)).size === 0) return false;
    this.post([event]);
    return true;
  }

  /** Whether the user has a session on a live node. @throws AppError UNAVAILABLE */
  async isOnline(user: UserId): Promise<boolean> {
    if (this.#options.local.has(user)) return true;
    return (await this.online([user])).has(user);
  }

  /** Those of the users who have a session on a live node. @throws AppError UNAVAILABLE */
  async online(users: readonly UserId[]): Promise<Set<UserId>> {
    const online = new Set(users.filter((user) => this.#options.local.has(user)));
    const elsewhere = users.filter((user) => !online.has(user));
    if (this.#options.alone || elsewhere.length === 0) return online;
    for (const [user, routes] of await this.#whereabouts.routesOf(elsewhere))
      if (routes.some((route) => this.#whereabouts.isLivePeer(route))) online.add(user);
    return online;
  }

  /** Resolves when nothing waits to be sent or acknowledged. */
  async idle(): Promise<void> {
    await this.#remote.idle();
    await this.#queues.idle();
  }

  async #dispatch(events: readonly UserEvent[]): Promise<void> {
    const nodesOf = await this.#whereabouts.lookUp(events.map(({ audience }) => audience));
    const batches: Batches = new Map();
    for (const event of events)
      for (const address of nodesOf(event.audience))
        if (this.#whereabouts.isLivePeer(address)) add(batches, address, event);
    for (const { address, events: batch } of batches.values()) this.#queues.deliver(address, batch);
  }
}

function add(batches: Batches, address: NodeAddress, event: UserEvent): void {
  const batch = batches.get(address.node);
  if (batch === undefined) batches.set(address.node, { address, events: [event] });
  else if (batch.events.at(-1) !== event) batch.events.push(event);
}
