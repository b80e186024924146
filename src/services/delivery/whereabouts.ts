/**
 * @module services/delivery/whereabouts
 * On which nodes the sessions of an audience are: of users by their routes, of a group's members by the nodes that are
 * interested in it. What is asked for together is one look-up of each; neither costs anything by member.
 */
import type { Interest, Interested, RouteTable } from "../../coordination/coordination.ts";
import type { ChatNode, NodeAddress, Route } from "../../domain/entities.ts";
import type { ConversationId, NodeName, UserId } from "../../domain/ids.ts";
import type { Logger } from "../../lib/log.ts";
import type { Audience } from "./events.ts";

export interface WhereaboutsOptions {
  readonly self: NodeName;
  readonly routes: Pick<RouteTable, "of">;
  readonly interest: Pick<Interest, "of">;
  /** The other live nodes as last seen; kept when coordination is away. */
  readonly livePeers: () => ReadonlyMap<NodeName, ChatNode>;
  /** Looks at the registry now. Never rejects. */
  readonly refreshPeers: () => Promise<void>;
  /** Told of nodes that are interested in a group and seem to be dead (services/delivery/interests). */
  readonly onDead?: ((conversation: ConversationId, nodes: readonly Interested[]) => void) | undefined;
  readonly logger: Logger;
}

/** What was found; undefined where it could not be asked for. */
interface Found {
  readonly routes: ReadonlyMap<UserId, readonly Route[]> | undefined;
  readonly interested: ReadonlyMap<ConversationId, readonly Interested[]> | undefined;
}

/** The nodes that have sessions of an audience, whether they are live or not; one may come more than once. */
export type NodesOf = (audience: Audience) => readonly NodeAddress[];

/** Remembered dead incarnations; beyond it all are looked at again. */
const MAX_DEAD = 1_000;

export class Whereabouts {
  readonly #options: WhereaboutsOptions;
  /** Incarnations that had no lease when last looked at: dead, and not worth looking again. */
  readonly #dead = new Set<string>();

  constructor(options: WhereaboutsOptions) {
    this.#options = options;
  }

  /**
   * Looks all of them up. While coordination is away it is every peer: a node without such a session drops what it
   * gets. Never rejects.
   */
  async lookUp(audiences: readonly Audience[]): Promise<NodesOf> {
    const users = new Set<UserId>();
    const groups = new Set<ConversationId>();
    for (const audience of audiences)
      if ("users" in audience) for (const user of audience.users) users.add(user);
      else groups.add(audience.conversation);
    const [routes, interested] = await Promise.all([
      users.size === 0 ? undefined : this.routesOf([...users]).catch(this.#unknown),
      groups.size === 0 ? undefined : this.#interestedIn([...groups]).catch(this.#unknown),
    ]);
    return (audience) => this.#nodesOf(audience, { routes, interested });
  }

  /** Where users are. @throws AppError UNAVAILABLE */
  async routesOf(users: readonly UserId[]): Promise<ReadonlyMap<UserId, readonly Route[]>> {
    const found = await this.#options.routes.of(users);
    await this.#meet(found);
    return found;
  }

  isLivePeer({ node, incarnation }: NodeAddress): boolean {
    return this.#options.livePeers().get(node)?.incarnation === incarnation;
  }

  async #interestedIn(
    groups: readonly ConversationId[],
  ): Promise<ReadonlyMap<ConversationId, readonly Interested[]>> {
    const { self, interest, onDead } = this.#options;
    const found = await interest.of(groups);
    await this.#meet(found);
    for (const [group, nodes] of found) {
      const dead = nodes.filter(
        (one) => one.node !== self && this.#dead.has(one.incarnation) && !this.isLivePeer(one),
      );
      if (dead.length > 0) onDead?.(group, dead);
    }
    return found;
  }

  /** A node that joined a moment ago may be among those found: whoever is not known yet is looked up. */
  async #meet(found: ReadonlyMap<unknown, readonly NodeAddress[]>): Promise<void> {
    const { self, refreshPeers } = this.#options;
    const strangers: NodeAddress[] = [];
    for (const nodes of found.values())
      for (const one of nodes)
        if (one.node !== self && !this.isLivePeer(one) && !this.#dead.has(one.incarnation))
          strangers.push(one);
    if (strangers.length === 0) return;
    await refreshPeers();
    if (this.#dead.size > MAX_DEAD) this.#dead.clear();
    for (const one of strangers) if (!this.isLivePeer(one)) this.#dead.add(one.incarnation);
  }

  #nodesOf(audience: Audience, { routes, interested }: Found): readonly NodeAddress[] {
    if ("users" in audience && routes !== undefined) {
      const { users } = audience;
      const [user] = users;
      if (users.length === 1 && user !== undefined) return routes.get(user) ?? [];
      return users.flatMap((one) => routes.get(one) ?? []);
    }
    if ("conversation" in audience && interested !== undefined)
      return interested.get(audience.conversation) ?? [];
    return [...this.#options.livePeers().values()].map(({ name: node, incarnation }) => ({
      node,
      incarnation,
    }));
  }

  readonly #unknown = (error: unknown): undefined => {
    this.#options.logger.log("warn", "courier.broadcast", { error });
  };
}
