/**
 * @module coordination/redis/routes
 * Who is connected, in Redis. A user's routes are one string, so that those of many users are one MGET:
 * the last epoch, then a line per session (see route-line.ts).
 */
import { Redis } from "ioredis";
import type { Route } from "../../domain/entities.ts";
import type { SessionId, UserId } from "../../domain/ids.ts";
import type { Presence, RouteTable } from "../coordination.ts";
import type { Client } from "./client.ts";
import type { Connection } from "./connection.ts";
import { keys, type Lifetimes, routesBucket } from "./keys.ts";
import type { RouteIndex } from "./route-index.ts";
import { encodeField, lineFields, readRoute, readRoutes } from "./route-line.ts";

export class RedisRoutes implements RouteTable {
  readonly #redis: Connection;
  readonly #index: RouteIndex;
  readonly #life: Lifetimes;

  constructor(redis: Connection, index: RouteIndex, life: Lifetimes) {
    this.#redis = redis;
    this.#index = index;
    this.#life = life;
  }

  async bind(route: Omit<Route, "epoch">, max: number): Promise<{ epoch: number; evicted: Route[] }> {
    // Before the route, so that no route is ever without its entry: a dead node's must all be found.
    await this.#index.touch(route);
    const [epoch, ...lines] = (await this.#redis.script(
      "routeBind",
      keys.routes(route.user),
      ...lineFields(route),
      max,
      this.#life.routes,
    )) as string[];
    const evicted = lines.map((line) => readRoute(route.user, line));
    await Promise.all(evicted.map((old) => this.#index.remove(old)));
    return { epoch: Number(epoch), evicted };
  }

  async unbind(user: UserId, session: SessionId, epoch: number): Promise<boolean> {
    const line = await this.#redis.script(
      "routeUnbind",
      keys.routes(user),
      encodeField(session),
      epoch,
      this.#life.epoch,
    );
    if (line === null) return false;
    await this.#index.remove(readRoute(user, line as string));
    return true;
  }

  async presence(user: UserId): Promise<Presence> {
    const [order, routes] = (await this.#redis.script("routePresence", keys.routes(user))) as [
      string,
      number,
    ];
    return { online: routes > 0, order: Number(order) };
  }

  async of(users: readonly UserId[]): Promise<Map<UserId, Route[]>> {
    const groups = await this.#redis.command((client) =>
      Promise.all(
        groupsFor(client, users).map(async (group) => ({ group, values: await read(client, group) })),
      ),
    );
    const found = new Map<UserId, Route[]>();
    for (const { group, values } of groups)
      for (const [position, user] of group.entries()) {
        const routes = readRoutes(user, values[position] ?? "");
        if (routes.length > 0) found.set(user, routes);
      }
    return found;
  }

  /** Gives a longer life to some routes of a live node, those that were not touched for long. */
  async refresh(incarnation: string): Promise<void> {
    const users = await this.#index.refresh(incarnation);
    await this.#redis.command((client) =>
      Promise.all(users.map((user) => client.pexpire(keys.routes(user), this.#life.routes))),
    );
  }
}

/** Users whose routes one command can read: all of them, or in a Cluster those of a slot. */
function groupsFor(client: Client, users: readonly UserId[]): UserId[][] {
  if (users.length === 0) return [];
  if (client instanceof Redis) return [[...users]];
  const groups = new Map<number, UserId[]>();
  for (const user of users) {
    const group = groups.get(routesBucket(user));
    if (group) group.push(user);
    else groups.set(routesBucket(user), [user]);
  }
  return [...groups.values()];
}

const read = (client: Client, users: readonly UserId[]): Promise<(string | null)[]> =>
  client.mget(users.map(keys.routes));
