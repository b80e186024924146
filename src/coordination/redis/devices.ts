/**
 * @module coordination/redis/devices
 * Who is connected and which devices may come back, in Redis. A user's devices are one record (`UserDevices`) that is
 * read, changed here and put back if nobody was faster. Beside it, written in the same step, lie the routes that it
 * contains: short, and all that a look-up of many users reads.
 */
import { Redis } from "ioredis";
import type { EndReason, Route } from "../../domain/entities.ts";
import { AppError, unavailable } from "../../domain/error.ts";
import type { SessionId, UserId } from "../../domain/ids.ts";
import { Turns } from "../../lib/turns.ts";
import type { Bound, NewSession, OpenSession, Presence, RouteTable } from "../coordination.ts";
import { DeviceRecords } from "../device-records.ts";
import { type Lifetimes, UserDevices } from "../devices.ts";
import type { Client } from "./client.ts";
import type { Connection } from "./connection.ts";
import { keys, routesBucket, ttl } from "./keys.ts";
import type { RouteIndex } from "./route-index.ts";
import { readRoutes, writeRoutes } from "./route-line.ts";

/** Times that others may be faster: processes that change one user at once are few, and each is through soon. */
const MAX_TRIES = 100;

/** What devices_read.lua answers. */
type Reading = readonly [record: string, micros: string];

export class RedisDevices extends DeviceRecords implements RouteTable {
  readonly #redis: Connection;
  readonly #index: RouteIndex;
  readonly #life: Lifetimes;
  /** So that callers of this process do not race each other. */
  readonly #turns = new Turns<UserId>();

  constructor(redis: Connection, index: RouteIndex, life: Lifetimes) {
    super();
    this.#redis = redis;
    this.#index = index;
    this.#life = life;
  }

  async bind(session: NewSession, max: number, through?: string): Promise<Bound> {
    // Before the route, so that no route is ever without its entry: a dead node's must all be found.
    await this.#index.touch(session);
    try {
      return await this.change(session.user, (devices) => devices.bind(session, max, through));
    } catch (error) {
      // Refused, so there is no route; one whose answer was lost may have been bound.
      if (error instanceof AppError && !error.retryable) await this.#index.remove(session);
      throw error;
    }
  }

  async rebind(session: OpenSession, max: number): Promise<Bound | EndReason> {
    await this.#index.touch(session);
    return this.change(session.user, (devices) => devices.rebind(session, max));
  }

  async unbind(user: UserId, session: SessionId, epoch: number): Promise<boolean> {
    const route = await this.change(user, (devices) => devices.unbind(session, epoch));
    if (route === undefined) return false;
    await this.#index.remove(route);
    return true;
  }

  async presence(user: UserId): Promise<Presence> {
    const devices = await this.read(user);
    return { online: devices.routes().length > 0, order: devices.order };
  }

  async of(users: readonly UserId[]): Promise<Map<UserId, Route[]>> {
    const groups = await this.#redis.command((client) =>
      Promise.all(
        groupsFor(client, users).map(async (group) => ({ group, values: await readAll(client, group) })),
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

  /** What an incarnation left of these users' sessions, those that were ended included. */
  async leftBy(incarnation: string, users: readonly UserId[]): Promise<Route[]> {
    const all = await Promise.all(users.map((user) => this.read(user)));
    return all.flatMap((devices) => devices.open()).filter((route) => route.incarnation === incarnation);
  }

  /** Gives a longer life to some routes of a live node, those that were not touched for long. */
  async refresh(incarnation: string): Promise<void> {
    const users = await this.#index.refresh(incarnation);
    await Promise.all(
      users.map((user) => this.#redis.script("routesRefresh", keys.routes(user), this.#life.routes)),
    );
  }

  protected async read(user: UserId): Promise<UserDevices> {
    const [record, micros] = await this.#reading(user);
    return new UserDevices(user, record, Number(micros));
  }

  async #reading(user: UserId): Promise<Reading> {
    return (await this.#redis.script("devicesRead", keys.routes(user))) as Reading;
  }

  protected change<T>(user: UserId, change: (devices: UserDevices) => T): Promise<T> {
    return this.#turns.run(user, async () => {
      let reading = await this.#reading(user);
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        const [record, micros] = reading;
        const devices = new UserDevices(user, record, Number(micros));
        const result = change(devices);
        const changed = devices.toText();
        if (changed === record) return result;
        const life = ttl(devices.lifeMs(this.#life));
        const faster = await this.#redis.script(
          "devicesSwap",
          keys.routes(user),
          record,
          changed,
          writeRoutes(devices.routes()),
          life,
        );
        if (faster === null) return result;
        reading = faster as Reading;
      }
      throw unavailable(`the record of user ${user}`);
    });
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

const readAll = (client: Client, users: readonly UserId[]): Promise<(string | null)[]> =>
  client.mget(users.map(keys.routes));
