/**
 * @module coordination/memory/routes
 * Who is connected, for one process. Routes have no TTL here: they end with their process at the latest.
 */
import type { Route } from "../../domain/entities.ts";
import type { SessionId, UserId } from "../../domain/ids.ts";
import type { Presence, RouteTable } from "../coordination.ts";
import { byAge } from "../routes.ts";

export class MemoryRoutes implements RouteTable {
  readonly #routes = new Map<UserId, Map<SessionId, Route>>();
  /** One counter for all users: rises for each of them, and nothing is kept of users that left. */
  #epoch = 0;

  async bind(route: Omit<Route, "epoch">, max: number): Promise<{ epoch: number; evicted: Route[] }> {
    const epoch = ++this.#epoch;
    const sessions = this.#routes.get(route.user) ?? new Map<SessionId, Route>();
    this.#routes.set(route.user, sessions);
    sessions.set(route.session, { ...route, epoch });
    const others = [...sessions.values()].filter((other) => other.epoch !== epoch).sort(byAge);
    const evicted = others.slice(0, Math.max(0, sessions.size - max));
    for (const old of evicted) sessions.delete(old.session);
    return { epoch, evicted };
  }

  async unbind(user: UserId, session: SessionId, epoch: number): Promise<boolean> {
    const route = this.#routes.get(user)?.get(session);
    if (!route || route.epoch > epoch) return false;
    this.#remove(route);
    return true;
  }

  async presence(user: UserId): Promise<Presence> {
    return { online: this.#routes.has(user), order: ++this.#epoch };
  }

  async of(users: readonly UserId[]): Promise<Map<UserId, Route[]>> {
    const found = new Map<UserId, Route[]>();
    for (const user of users) {
      const sessions = this.#routes.get(user);
      if (sessions) found.set(user, [...sessions.values()].sort(byAge));
    }
    return found;
  }

  /** How many users have an entry. */
  get users(): number {
    return this.#routes.size;
  }

  /** Removes all routes that match. @returns whose they were. */
  removeWhere(matches: (route: Route) => boolean): UserId[] {
    const users = new Set<UserId>();
    for (const sessions of [...this.#routes.values()])
      for (const route of [...sessions.values()])
        if (matches(route)) {
          this.#remove(route);
          users.add(route.user);
        }
    return [...users];
  }

  #remove(route: Route): void {
    const sessions = this.#routes.get(route.user);
    sessions?.delete(route.session);
    if (sessions?.size === 0) this.#routes.delete(route.user);
  }
}
