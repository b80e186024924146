/**
 * @module coordination/redis/client
 * Makes the ioredis client for one server, Sentinel or Cluster. All of them fail at once while there is no
 * connection, repeat nothing that was under way, and try to connect again for ever.
 */

import {
  Cluster,
  type ClusterOptions,
  type DNSLookupFunction,
  Redis,
  type RedisOptions as SingleOptions,
} from "ioredis";
import { addressText } from "../../lib/address.ts";
import type { Address, RedisOptions } from "./options.ts";
import { scripts } from "./scripts.ts";

export type Client = Redis | Cluster;

/** For what the client asks Sentinels and Cluster nodes on its own account. */
const DISCOVERY_TIMEOUT_MS = 1_000;
/** A connection on which nothing answers for this long is given up: the host may be gone without a word. */
const SILENCE_TIMEOUT_MS = 2_500;
const CONNECT_TIMEOUT_MS = 2_000;
const RETRY_FIRST_MS = 50;
const RETRY_LONGEST_MS = 1_000;
/** How often a Cluster command goes elsewhere: waits of 100 ms, so within a second. */
const MAX_REDIRECTIONS = 8;
const SLOTS_REFRESH_MS = 1_000;

export function connect(options: RedisOptions): Client {
  if (options.clusterNodes.length > 0) return connectCluster(options);
  const { sentinelNodes, sentinelName: name, sentinelUsername, sentinelPassword, host, port, db } = options;
  const server =
    sentinelNodes.length > 0
      ? {
          sentinels: sentinelNodes.map((node) => ({ ...node })),
          name,
          ...(sentinelUsername === "" ? {} : { sentinelUsername }),
          ...(sentinelPassword === "" ? {} : { sentinelPassword }),
          sentinelRetryStrategy: retryDelay,
          sentinelCommandTimeout: DISCOVERY_TIMEOUT_MS,
          enableTLSForSentinelMode: options.tls,
          ...(options.tls ? { sentinelTLS: tlsOf(options) } : {}),
        }
      : { host, port };
  return new Redis({
    ...common(options),
    ...server,
    db,
    keyPrefix: options.prefix,
    scripts,
    retryStrategy: retryDelay,
    enableOfflineQueue: false,
    // A primary that became a replica: connect anew, which finds the present one.
    reconnectOnError: (error) => error.message.startsWith("READONLY"),
  });
}

/** The server for people, without credentials. */
export function describe(options: RedisOptions): string {
  const list = (nodes: readonly Address[]) => nodes.map(addressText).join(",");
  if (options.clusterNodes.length > 0) return `redis cluster ${list(options.clusterNodes)}`;
  if (options.sentinelNodes.length > 0)
    return `redis ${options.sentinelName} of sentinel ${list(options.sentinelNodes)}`;
  return `redis ${list([options])}`;
}

/** Resolves when every part of Redis answers. @throws what the part that is away throws. */
export async function probe(client: Client): Promise<void> {
  if (client instanceof Redis) {
    await client.ping();
    return;
  }
  // The primary of each slot as last learnt. One that is gone from the pool is lost until it is back in it.
  const owners = new Set(client.slots.map((nodes) => nodes?.[0]));
  const primaries = client.nodes("master");
  const known = new Set(primaries.map((node) => `${node.options.host}:${node.options.port}`));
  for (const owner of owners)
    if (owner !== undefined && !known.has(owner)) throw new Error(`${owner} is not connected`);
  if (primaries.length === 0) throw new Error("no node is connected");
  const infos = await Promise.all(primaries.map((node) => node.cluster("INFO")));
  for (const info of infos)
    if (!info.includes("cluster_state:ok")) throw new Error("CLUSTERDOWN the cluster is not whole");
}

function connectCluster(options: RedisOptions): Cluster {
  const clusterOptions = {
    keyPrefix: options.prefix,
    scripts,
    redisOptions: common(options),
    clusterRetryStrategy: retryDelay,
    enableOfflineQueue: false,
    maxRedirections: MAX_REDIRECTIONS,
    enableAutoPipelining: true,
    autoPipeliningIgnoredCommands: Object.keys(scripts),
    slotsRefreshInterval: SLOTS_REFRESH_MS,
    slotsRefreshTimeout: DISCOVERY_TIMEOUT_MS,
    // Nodes announce names, which their certificates are for; an address would not match.
    ...(options.tls ? { dnsLookup: asNamed } : {}),
  } satisfies ClusterOptions;
  return new Cluster(
    options.clusterNodes.map((node) => ({ ...node })),
    clusterOptions,
  );
}

function common(options: RedisOptions) {
  return {
    ...(options.username === "" ? {} : { username: options.username }),
    ...(options.password === "" ? {} : { password: options.password }),
    ...(options.tls ? { tls: tlsOf(options) } : {}),
    socketTimeout: SILENCE_TIMEOUT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    connectionName: "chatsrv",
    disableClientInfo: true,
    // What was under way when the connection broke fails then; the caller decides whether to repeat it.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
  } satisfies SingleOptions;
}

function tlsOf({ tlsCa }: RedisOptions): NonNullable<SingleOptions["tls"]> {
  return tlsCa === undefined ? {} : { ca: tlsCa };
}

const asNamed: DNSLookupFunction = (name, done) => done(null, name);

function retryDelay(attempt: number): number {
  return Math.min(RETRY_FIRST_MS * 2 ** Math.min(attempt, 10), RETRY_LONGEST_MS);
}
