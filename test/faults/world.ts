/**
 * @module faults/world
 * The cluster under test: every role as processes, MariaDB and Redis behind proxies of the test's own, and a
 * proxy in front of each chat node's port.
 */

import type { Placement, TransportEvents } from "../../src/client/index.ts";
import { tcpDialer } from "../../src/client/tcp.ts";
import { userId } from "../../src/domain/ids.ts";
import { silentLogger } from "../../src/lib/log.ts";
import { openMySqlStore } from "../../src/store/mysql/store.ts";
import type { Chatsrv } from "../support/chatsrv-process.ts";
import { Cluster } from "../support/cluster-process.ts";
import { freePort, startMariaDb, startRedis } from "../support/servers.ts";
import type { Stored } from "./history.ts";
import { TcpProxy } from "./proxy.ts";

const CHATS = 3;
const PAGE = 1_000;

export class World {
  /** In front of the chat nodes, by the port they listen on now. */
  readonly #chatProxies = new Map<number, TcpProxy>();

  private constructor(
    readonly cluster: Cluster,
    readonly databaseProxy: TcpProxy,
    readonly redisProxy: TcpProxy,
  ) {}

  /** @param command program and first arguments of a build to test; the sources unless given. */
  static async start(command?: readonly string[]): Promise<World> {
    const [database, redis] = await Promise.all([startMariaDb(), startRedis()]);
    const databaseProxy = new TcpProxy(() => database);
    const redisProxy = new TcpProxy(() => redis);
    const cluster = new Cluster(database, redis, await database.createDatabase(), {
      chats: CHATS,
      env: {
        CHATSRV_MYSQL_PORT: String(databaseProxy.port),
        CHATSRV_REDIS_PORT: String(redisProxy.port),
        // One address over all its lives: clients find it again.
        CHATSRV_GATESERVER_PORT: String(freePort()),
      },
      ...(command !== undefined && { command }),
    });
    await cluster.migrate();
    await cluster.start();
    return new World(cluster, databaseProxy, redisProxy);
  }

  get chats(): readonly Chatsrv[] {
    return this.cluster.chats;
  }

  get chatProxies(): readonly TcpProxy[] {
    return [...this.#chatProxies.values()];
  }

  /** Dials a chat node through its proxy. */
  dial = (placement: Placement, events: TransportEvents) => {
    const target = Number(placement.port);
    let proxy = this.#chatProxies.get(target);
    if (proxy === undefined) {
      proxy = new TcpProxy(() => ({ host: "127.0.0.1", port: target }));
      this.#chatProxies.set(target, proxy);
    }
    return tcpDialer({ connectTimeoutMs: 2_000 })({ ...placement, port: String(proxy.port) }, events);
  };

  /** Everything back: what was killed runs, what was paused goes on, connections are whole. */
  async heal(): Promise<void> {
    const { database, redis, processes } = this.cluster;
    for (const proxy of [this.databaseProxy, this.redisProxy, ...this.chatProxies]) {
      proxy.delayMs = 0;
      proxy.release();
    }
    for (const server of [database, redis, ...processes]) {
      server.signal("SIGCONT");
      if (!server.running) await server.start();
    }
  }

  /** The messages of these conversations as the database holds them. */
  async stored(pairs: readonly (readonly [string, string])[]): Promise<Stored[]> {
    const { host, port, username, password, database } = this.cluster.databaseAddress;
    const options = {
      host,
      port,
      username,
      password,
      database,
      poolSize: 2,
      heartbeatSeconds: 60,
      tls: false,
    };
    const store = openMySqlStore(options, silentLogger);
    const all: Stored[] = [];
    for (const [a, b] of pairs) {
      let after = 0;
      for (;;) {
        const page = await store.messages.history(userId(Number(a)), userId(Number(b)), {
          after,
          limit: PAGE,
        });
        const last = page?.messages.at(-1);
        if (page === undefined || last === undefined) break;
        for (const { seq, sender, body } of page.messages) {
          const from = String(sender);
          all.push({ seq, sender: from, receiver: from === a ? b : a, content: body });
        }
        after = last.seq;
      }
    }
    await store.close();
    return all;
  }

  async stop(): Promise<void> {
    await Promise.all(this.cluster.processes.map((one) => one.kill()));
    await Promise.all([this.cluster.database.kill(), this.cluster.redis.kill()]);
    for (const proxy of [this.databaseProxy, this.redisProxy, ...this.chatProxies]) proxy.close();
  }
}
