/**
 * @module services/delivery/courier
 * Takes events to a user's sessions wherever they are: those on this node at once, those on other nodes by
 * the peers' streams. The routes are looked up after the commit, once for all that gathered meanwhile: a
 * session binds its route before it reads its conversations, so whatever the look-up misses, that read finds.
 */

import type { RouteTable } from "../../coordination/coordination.ts";
import type { ChatNode, NodeAddress, Route } from "../../domain/entities.ts";
import type { NodeName, UserId } from "../../domain/ids.ts";
import { Batcher } from "../../lib/batcher.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import type { UserEvent, Users } from "./events.ts";
import { type Outcome, PeerQueues } from "./peer-queues.ts";
import type { LocalSessions, Peers } from "./ports.ts";

export interface CourierOptions {
  readonly self: NodeName;
  readonly local: Pick<LocalSessions, "has" | "deliver">;
  readonly peers: Pick<Peers, "send">;
  readonly routes: Pick<RouteTable, "of">;
  /** True when no other process shares this one's state: then every session there is, is here. */
  readonly alone: boolean;
  /** The other live nodes as last seen; kept when coordination is away. */
  readonly livePeers: () => ReadonlyMap<NodeName, ChatNode>;
  /** Looks at the registry now. Never rejects. */
  readonly refreshPeers: () => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What each node is to be told next. */
type Batches = Map<NodeName, { readonly address: NodeAddress; readonly events: UserEvent[] }>;

/** Remembered dead incarnations; beyond it all are looked at again. */
const MAX_DEAD = 1_000;

export class Courier {
  readonly #options: CourierOptions;
  readonly #remote: Batcher<UserEvent>;
  readonly #queues: PeerQueues;
  /** Incarnations that had routes and no lease when last looked at: dead, and not worth looking again. */
  readonly #dead = new Set<string>();

  constructor(options: CourierOptions) {
    this.#options = options;
    const { peers, clock, logger } = options;
    this.#remote = new Batcher<UserEvent>({
      work: (events) => this.#dispatch(events),
      onBug: (error) => logger.log("error", "courier.bug", { error }),
    });
    this.#queues = new PeerQueues({ peers, isAlive: (address) => this.#isLivePeer(address), clock, logger });
  }

  /** Delivers here now and elsewhere soon, in order per user. Never fails: what is lost is found by reconciling. */
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
    if (!this.#isLivePeer(address)) await this.#options.refreshPeers();
    return this.#isLivePeer(address) ? this.#queues.settle(address, events) : "gone";
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
    for (const [user, routes] of await this.#routesOf(elsewhere))
      if (routes.some((route) => this.#isLivePeer(route))) online.add(user);
    return online;
  }

  /** Resolves when nothing waits to be sent or acknowledged. */
  async idle(): Promise<void> {
    await this.#remote.idle();
    await this.#queues.idle();
  }

  async #dispatch(events: readonly UserEvent[]): Promise<void> {
    const users = new Set<UserId>();
    for (const { audience } of events)
      if ("users" in audience) for (const user of audience.users) users.add(user);
    let routes: Map<UserId, Route[]> | undefined;
    try {
      routes = await this.#routesOf([...users]);
    } catch (error) {
      // Coordination is away: every peer gets the events; a node without such a session drops them.
      this.#options.logger.log("warn", "courier.broadcast", { users: users.size, error });
    }
    const batches: Batches = new Map();
    for (const event of events) this.#address(event, routes, batches);
    for (const { address, events: batch } of batches.values()) this.#queues.deliver(address, batch);
  }

  /** Puts an event into the batch of each live peer that has sessions of its audience, once. */
  #address(event: UserEvent, routes: Map<UserId, Route[]> | undefined, batches: Batches): void {
    const { audience } = event;
    if (routes === undefined || !("users" in audience)) {
      for (const { name: node, incarnation } of this.#options.livePeers().values())
        add(batches, { node, incarnation }, event);
      return;
    }
    for (const user of audience.users)
      for (const route of routes.get(user) ?? []) if (this.#isLivePeer(route)) add(batches, route, event);
  }

  /** The users' routes. A node that joined a moment ago may hold some: whoever is not known yet is looked up. */
  async #routesOf(users: readonly UserId[]): Promise<Map<UserId, Route[]>> {
    const { routes, self, refreshPeers } = this.#options;
    const found = await routes.of(users);
    const isStranger = (route: Route) =>
      route.node !== self && !this.#isLivePeer(route) && !this.#dead.has(route.incarnation);
    const strangers = [...found.values()].flat().filter(isStranger);
    if (strangers.length === 0) return found;
    await refreshPeers();
    if (this.#dead.size > MAX_DEAD) this.#dead.clear();
    for (const route of strangers) if (!this.#isLivePeer(route)) this.#dead.add(route.incarnation);
    return found;
  }

  #isLivePeer({ node, incarnation }: NodeAddress): boolean {
    return this.#options.livePeers().get(node)?.incarnation === incarnation;
  }
}

function add(batches: Batches, address: NodeAddress, event: UserEvent): void {
  const batch = batches.get(address.node);
  if (batch === undefined) batches.set(address.node, { address, events: [event] });
  else if (batch.events.at(-1) !== event) batch.events.push(event);
}
