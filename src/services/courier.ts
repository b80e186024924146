/**
 * @module services/courier
 * Takes events to a user's sessions wherever they are: those on this node at once, those on other nodes by
 * the peers' streams. The routes are looked up after the commit, once for all that gathered meanwhile: a
 * session binds its route before it reads its conversations, so whatever the look-up misses, that read finds.
 */

import type { RouteTable } from "../coordination/coordination.ts";
import type { ChatNode, Route } from "../domain/entities.ts";
import type { NodeName, UserId } from "../domain/ids.ts";
import { Batcher } from "../lib/batcher.ts";
import type { Clock } from "../lib/clock.ts";
import type { LogFields, Logger } from "../lib/log.ts";
import type { LocalSessions, Peers, UserEvent } from "./ports.ts";

export interface CourierOptions {
  readonly self: NodeName;
  readonly local: LocalSessions;
  readonly peers: Peers;
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

/** Times an undelivered batch is routed again; after that the receivers' own reconciliation is left to find it. */
const MAX_REROUTES = 5;
const REROUTE_DELAY_MS = 200;
const COMPLAIN_EVERY_MS = 1_000;

/** Remembered dead incarnations; beyond it all are looked at again. */
const MAX_DEAD = 1_000;

interface Parcel {
  readonly event: UserEvent;
  readonly attempt: number;
}

export class Courier {
  readonly #options: CourierOptions;
  readonly #remote: Batcher<Parcel>;
  /** Incarnations that had routes and no lease when last looked at: dead, and not worth looking again. */
  readonly #dead = new Set<string>();
  /** When a failure of each node was logged last. Nodes are few and named by their operators. */
  readonly #complainedAt = new Map<NodeName, number>();
  #sending = 0;
  #idleWaiters: (() => void)[] = [];

  constructor(options: CourierOptions) {
    this.#options = options;
    this.#remote = new Batcher<Parcel>({
      work: (parcels) => this.#dispatch(parcels),
      onBug: (error) => options.logger.log("error", "courier.bug", { error }),
    });
  }

  /** Delivers here now and elsewhere soon, in order per user. Never fails: what is lost is found by reconciling. */
  post(events: readonly UserEvent[]): void {
    if (events.length === 0) return;
    this.#options.local.deliver(events);
    if (this.#options.alone) return;
    for (const event of events) this.#remote.push({ event, attempt: 0 });
  }

  /** Delivers to one node whose sessions the caller knows, past the routes (they may be gone already). */
  postTo(node: NodeName, events: readonly UserEvent[]): void {
    if (node === this.#options.self) this.#options.local.deliver(events);
    else
      this.#send(
        node,
        events.map((event) => ({ event, attempt: MAX_REROUTES })),
      );
  }

  /**
   * Delivers, and tells whether the user has a session anywhere.
   * @throws AppError UNAVAILABLE when coordination is away and the user is not here.
   */
  async reach(event: UserEvent): Promise<boolean> {
    const here = this.#options.local.has(event.to);
    if (!here && !(await this.isOnline(event.to))) return false;
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
    if (this.#sending > 0) await new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
  }

  async #dispatch(parcels: readonly Parcel[]): Promise<void> {
    const users = [...new Set(parcels.map((parcel) => parcel.event.to))];
    let routes: Map<UserId, Route[]> | undefined;
    try {
      routes = await this.#routesOf(users);
    } catch (error) {
      // Coordination is away: every peer gets the events; a node without the user's session drops them.
      this.#options.logger.log("warn", "courier.broadcast", { users: users.length, error });
    }
    const byNode = new Map<NodeName, Parcel[]>();
    for (const parcel of parcels) {
      for (const node of this.#nodesOf(parcel.event.to, routes)) {
        const queue = byNode.get(node);
        if (queue === undefined) byNode.set(node, [parcel]);
        else queue.push(parcel);
      }
    }
    for (const [node, queue] of byNode) this.#send(node, queue);
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

  #nodesOf(user: UserId, routes: Map<UserId, Route[]> | undefined): Iterable<NodeName> {
    if (routes === undefined) return this.#options.livePeers().keys();
    const found = routes.get(user);
    if (found === undefined) return [];
    return new Set(found.filter((route) => this.#isLivePeer(route)).map((route) => route.node));
  }

  #isLivePeer(route: Route): boolean {
    return this.#options.livePeers().get(route.node)?.incarnation === route.incarnation;
  }

  #send(node: NodeName, parcels: readonly Parcel[]): void {
    this.#sending++;
    this.#options.peers
      .send(
        node,
        parcels.map((parcel) => parcel.event),
      )
      .catch((error: unknown) => this.#reroute(node, parcels, error))
      .finally(() => {
        this.#sending--;
        if (this.#sending > 0) return;
        const waiters = this.#idleWaiters;
        this.#idleWaiters = [];
        for (const resolve of waiters) resolve();
      });
  }

  /** A batch that the node did not acknowledge is routed anew; sessions drop what they have got already. */
  #reroute(node: NodeName, parcels: readonly Parcel[], error: unknown): void {
    const again = parcels.filter((p) => REPEATABLE.has(p.event.type) && p.attempt < MAX_REROUTES);
    this.#complain(node, { events: parcels.length, again: again.length, error });
    if (again.length === 0) return;
    const timer = setTimeout(() => {
      for (const { event, attempt } of again) this.#remote.push({ event, attempt: attempt + 1 });
    }, REROUTE_DELAY_MS);
    timer.unref();
  }

  /** A node that died fails every batch until its lease ends: one line a second tells as much. */
  #complain(node: NodeName, fields: LogFields): void {
    const { clock, logger } = this.#options;
    const now = clock.monotonic();
    if (now - (this.#complainedAt.get(node) ?? Number.NEGATIVE_INFINITY) < COMPLAIN_EVERY_MS) return;
    this.#complainedAt.set(node, now);
    logger.log("warn", "courier.reroute", { node, ...fields });
  }
}

/** Events that do no harm when they come twice and matter when they come late. */
const REPEATABLE: ReadonlySet<UserEvent["type"]> = new Set([
  "texts",
  "friend_added",
  "end_session",
  "receipt",
]);
