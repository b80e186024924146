/**
 * @module faults/world
 * The cluster under test: every role as processes, MariaDB and Redis, and proxies on every way between them.
 */
import { join } from "node:path";
import type { Dialer, Placement } from "../../src/client/index.ts";
import { tcpDialer } from "../../src/client/tcp.ts";
import { wsDialer } from "../../src/client/ws.ts";
import { Cluster } from "../support/cluster-process.ts";
import {
  freePort,
  type MariaDb,
  type RedisServer,
  startMariaDb,
  startRedis,
  startSqlPair,
  until,
} from "../support/servers.ts";
import { type Device, hinderedBy, type Obstacle } from "./obstacles.ts";
import { Place } from "./place.ts";
import { TcpProxy } from "./proxy.ts";
import { SmallDisk } from "./small-disk.ts";

const CHATS = 3;
const CONNECT_TIMEOUT_MS = 2_000;
/** Seconds after which a node that does not renew its lease counts as gone. */
export const LEASE_S = 3;

export interface WorldOptions {
  /** Program and first arguments of the build to test; the sources unless given. */
  readonly command?: readonly string[];
  /** A second build for rolling restarts. */
  readonly beside?: readonly string[];
  /** Whether the database has a replica that can take over. */
  readonly replica?: boolean;
  /** Whether the database's tables are on a disk of their own, where such a one can be had. */
  readonly smallDisk?: boolean;
}

/** A replica of the database. */
export interface Successor {
  /** Whether it has every commit that was answered. */
  readonly inStep: () => Promise<boolean>;
  /** Makes it the primary, when it has applied all that it has received of a primary that is dead. */
  readonly promote: () => Promise<MariaDb>;
}

export class World {
  readonly places: Place[] = [];
  /** Nodes whose name another process has taken. */
  readonly zombies: Place[] = [];
  /** What hinders whom now. */
  readonly obstacles = new Set<Obstacle>();
  /** Servers that are down because a fault brought them down. */
  readonly down = new Set<object>();
  /** Where the database and Redis are now; a failover moves them. */
  database: MariaDb;
  redis: RedisServer;
  /** Ways of everybody but the chat nodes. */
  readonly databaseProxy = new TcpProxy(() => this.database);
  readonly redisProxy = new TcpProxy(() => this.redis);
  readonly cluster: Cluster;
  /** Who takes over when the database dies for good; once. */
  successor: Successor | undefined;
  /** Where the first database has its tables, if that can be filled. */
  disk: SmallDisk | undefined;
  /** A clock of a node was set: times of different nodes cannot be compared any more. */
  clocksStepped = false;

  private constructor(
    database: MariaDb,
    redis: RedisServer,
    address: Awaited<ReturnType<MariaDb["createDatabase"]>>,
    readonly options: WorldOptions,
  ) {
    this.database = database;
    this.redis = redis;
    this.cluster = new Cluster(database, redis, address, {
      chats: 0,
      env: {
        CHATSRV_MYSQL_PORT: String(this.databaseProxy.port),
        CHATSRV_REDIS_PORT: String(this.redisProxy.port),
        CHATSRV_CLUSTER_LEASE_TTL: String(LEASE_S),
        // One address over all its lives: clients find it again.
        CHATSRV_GATESERVER_PORT: String(freePort()),
      },
      ...(options.command !== undefined && { command: options.command }),
    });
    for (let i = 0; i < CHATS; i++) this.places.push(this.makePlace(`chat${i}`));
  }

  static async start(options: WorldOptions = {}): Promise<World> {
    const redis = await startRedis();
    const { database, successor } = await startDatabase(options.replica === true);
    const address = await database.createDatabase();
    const world = new World(database, redis, address, options);
    world.successor = successor;
    if (options.smallDisk === true) {
      const [folder] = await database.query<{ dir: string }>("SELECT @@datadir AS dir");
      world.disk = SmallDisk.over(join(folder?.dir ?? "", address.database));
    }
    await world.cluster.migrate();
    await Promise.all([world.cluster.start(), ...world.places.map(({ process }) => process.start())]);
    return world;
  }

  /** A place of a chat node, not started. */
  makePlace(name: string): Place {
    const { cluster } = this;
    return new Place(
      name,
      { cluster, database: () => this.database, redis: () => this.redis },
      this.options.command,
    );
  }

  /** Every process of ours that is to run. */
  get processes() {
    return [...this.cluster.processes, ...this.places.map(({ process }) => process)];
  }

  /** Every way to the database, or to Redis. */
  ways(to: "database" | "redis"): readonly TcpProxy[] {
    const shared = to === "database" ? this.databaseProxy : this.redisProxy;
    return [shared, ...this.places.map((place) => place[to])];
  }

  placeAt(placement: Placement): Place | undefined {
    const port = Number(placement.port);
    return [...this.places, ...this.zombies].find(({ ports }) => ports.chat === port);
  }

  /** Dials a chat node through its proxies; `at` is told which place it is. */
  dialer(transport: "tcp" | "ws", at: (place: Place) => void): Dialer {
    const tcp = tcpDialer({ connectTimeoutMs: CONNECT_TIMEOUT_MS });
    const ws = wsDialer({ connectTimeoutMs: CONNECT_TIMEOUT_MS });
    return async (placement, events) => {
      const place = this.placeAt(placement);
      if (place === undefined) throw new Error(`no chat node at port ${placement.port}`);
      at(place);
      const ws_url = `ws://127.0.0.1:${place.web.port}`;
      if (transport === "ws") return ws({ ...placement, ws_url }, events);
      return tcp({ ...placement, host: "127.0.0.1", port: String(place.clients.port) }, events);
    };
  }

  /** Whether something stands between a device and its texts now, or its presence. */
  hinders(what: keyof Obstacle["of"], device: Device): boolean {
    return hinderedBy(this.obstacles, what, device);
  }

  /** Everything back: what was killed runs, what was paused goes on, connections are whole. */
  async heal(): Promise<void> {
    for (const proxy of [this.databaseProxy, this.redisProxy]) {
      proxy.delayMs = 0;
      proxy.release();
      proxy.accept();
    }
    for (const server of [this.database, this.redis, ...this.cluster.processes]) {
      server.signal("SIGCONT");
      if (!server.running) await server.start();
    }
    this.disk?.clear();
    await Promise.all(this.places.map((place) => place.heal()));
    this.obstacles.clear();
  }

  async stop(): Promise<void> {
    const ours = [...this.processes, ...this.zombies.map(({ process }) => process)];
    await Promise.all(ours.map((one) => one.kill()));
    await Promise.all([this.database.kill(), this.redis.kill()]);
    for (const place of [...this.places, ...this.zombies]) place.close();
    for (const proxy of [this.databaseProxy, this.redisProxy]) proxy.close();
  }
}

const APPLIED_MS = 20_000;

async function startDatabase(
  replicated: boolean,
): Promise<{ readonly database: MariaDb; readonly successor: Successor | undefined }> {
  if (!replicated) return { database: await startMariaDb(), successor: undefined };
  const { primary, replica, inStep, promote } = await startSqlPair({ semiSync: true });
  const isThrough = async () =>
    JSON.stringify(await replica.query("SHOW SLAVE STATUS")).includes("has read all relay log");
  const successor: Successor = {
    inStep,
    promote: async () => {
      await until(isThrough, { timeoutMs: APPLIED_MS, what: "the replica to have applied everything" });
      await promote();
      return replica;
    },
  };
  return { database: primary, successor };
}
