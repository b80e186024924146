/**
 * @module coordination/redis/route-index
 * Which routes a node's incarnation holds, so that they are found when it dies and stay alive while it does.
 * An entry without a route does no harm; a route without an entry would outlive its node until its TTL.
 */
import type { Route } from "../../domain/entities.ts";
import { type UserId, userId } from "../../domain/ids.ts";
import type { Lifetimes } from "../devices.ts";
import type { Connection } from "./connection.ts";
import { keys } from "./keys.ts";
import { encodeField } from "./route-line.ts";

const PAGE = 500;
/** How many routes one `renew` refreshes at most. */
const REFRESH = 500;
/** A route is refreshed when this part of its life is over. */
const REFRESH_AFTER = 0.25;

export interface IndexEntry {
  readonly member: string;
  /** When it was touched: microseconds, as Redis wrote them. */
  readonly score: string;
  readonly user: UserId;
}

type IndexedRoute = Pick<Route, "user" | "session" | "incarnation">;

export class RouteIndex {
  readonly #redis: Connection;
  readonly #life: Lifetimes;

  constructor(redis: Connection, life: Lifetimes) {
    this.#redis = redis;
    this.#life = life;
  }

  /**
   * Adds a route, or marks it as newer than any reader has seen it. The first one makes its incarnation known to whoever
   * reaps, which forgets one that has none left: a node that was dead, and wakes, may bind before it knows.
   */
  async touch(route: IndexedRoute): Promise<void> {
    const { incarnation } = route;
    const routes = this.#life.routes;
    const known = await this.#redis.script("indexTouch", keys.index(incarnation), member(route), routes);
    if (Number(known) > 1) return;
    await this.#redis.script("incarnationKnown", keys.nodes, incarnation, routes);
  }

  async remove(route: IndexedRoute): Promise<void> {
    await this.#redis.command((client) => client.zrem(keys.index(route.incarnation), member(route)));
  }

  /** The entries touched longest ago, a page of them. */
  async page(incarnation: string): Promise<IndexEntry[]> {
    const flat = await this.#redis.command((client) =>
      client.zrange(keys.index(incarnation), 0, String(PAGE - 1), "WITHSCORES"),
    );
    const entries: IndexEntry[] = [];
    for (let i = 0; i + 1 < flat.length; i += 2) {
      const [name = "", score = ""] = flat.slice(i, i + 2);
      entries.push({ member: name, score, user: userOf(name) });
    }
    return entries;
  }

  /** Removes entries that were not touched since they were read. @returns how many. */
  async forget(incarnation: string, entries: readonly IndexEntry[]): Promise<number> {
    const pairs = entries.flatMap((entry) => [entry.member, entry.score]);
    return Number(await this.#redis.script("indexForget", keys.index(incarnation), ...pairs));
  }

  /** Marks the routes that need a longer life as touched. @returns their users. */
  async refresh(incarnation: string): Promise<UserId[]> {
    const { routes } = this.#life;
    const after = Math.trunc(routes * REFRESH_AFTER);
    const due = await this.#redis.script("indexRefresh", keys.index(incarnation), after, REFRESH, routes);
    return (due as string[]).map(userOf);
  }
}

const member = ({ user, session }: IndexedRoute): string => `${user}:${encodeField(session)}`;
const userOf = (name: string): UserId => userId(Number.parseInt(name, 10));
