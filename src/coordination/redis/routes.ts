/**
 * @module coordination/redis/routes
 * Who is connected, in Redis. A user's routes are one string, so that those of many users are one MGET:
 * the last epoch, then a line per session, `<epoch> <since> <session> <route as JSON>`.
 */
import { Redis } from "ioredis";
import type { Route } from "../../domain/entities.ts";
import type { SessionId, UserId } from "../../domain/ids.ts";
import type { RouteTable } from "../coordination.ts";
import { byAge } from "../routes.ts";
import type { Connection } from "./connection.ts";
import { keys, type Lifetimes } from "./keys.ts";
import type { RouteIndex } from "./route-index.ts";

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
      encodeURIComponent(route.session),
      Math.max(0, Math.trunc(route.since)),
      JSON.stringify(route),
      max,
      this.#life.routes,
    )) as string[];
    const evicted = lines.map(readRoute);
    await Promise.all(evicted.map((old) => this.#index.remove(old)));
    return { epoch: Number(epoch), evicted };
  }

  async unbind(user: UserId, session: SessionId, epoch: number): Promise<boolean> {
    const line = await this.#redis.script(
      "routeUnbind",
      keys.routes(user),
      encodeURIComponent(session),
      epoch,
      this.#life.epoch,
    );
    if (line === null) return false;
    await this.#index.remove(readRoute(line as string));
    return true;
  }

  async of(users: readonly UserId[]): Promise<Map<UserId, Route[]>> {
    const found = new Map<UserId, Route[]>();
    if (users.length === 0) return found;
    const values = await this.#read(users.map(keys.routes));
    for (const [position, user] of users.entries()) {
      const lines = values[position]?.split("\n").slice(1) ?? [];
      if (lines.length > 0) found.set(user, lines.map(readRoute).sort(byAge));
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

  #read(names: readonly string[]): Promise<(string | null)[]> {
    return this.#redis.command((client) =>
      client instanceof Redis ? client.mget(...names) : Promise.all(names.map((name) => client.get(name))),
    );
  }
}

/** A route from its line; `epoch` is not in the JSON. */
function readRoute(line: string): Route {
  const [epoch = "", since = "", session = ""] = line.split(" ", 3);
  const json = line.slice(epoch.length + since.length + session.length + 3);
  return { ...(JSON.parse(json) as Omit<Route, "epoch">), epoch: Number(epoch) };
}
