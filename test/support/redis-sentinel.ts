/**
 * @module support/redis-sentinel
 * A primary, a replica and the Sentinel that promotes the replica when the primary is gone.
 */

import { freePort } from "./port.ts";
import { credentialLines, RedisServer, type RedisServerOptions, startRedis } from "./redis.ts";
import { tempDir } from "./tempdir.ts";
import { until } from "./until.ts";

/** What runs, and how clients find it. */
export interface RedisSentinel {
  primary: RedisServer;
  replica: RedisServer;
  sentinel: RedisServer;
  /** The name Sentinel knows the primary by, `[Redis] sentinel_name`. */
  name: string;
  /** `host:port` of the Sentinel, the form of `[Redis] sentinel_nodes`. */
  addresses: string[];
}

export interface SentinelOptions {
  password?: string;
  own?: Pick<RedisServerOptions, "username" | "password">;
}

/**
 * Starts all three and resolves once Sentinel knows the replica. A dead primary is replaced about two seconds
 * after its last answer. `password` is that of the two servers, `own` is what Sentinel itself asks for.
 */
export async function startSentinel({ password, own = {} }: SentinelOptions = {}): Promise<RedisSentinel> {
  const name = "chatsrv";
  const auth = password === undefined ? [] : [`masterauth ${password}`];
  const common: RedisServerOptions = {
    ...(password && { password }),
    config: [...auth, "repl-diskless-sync-delay 0"],
  };
  const primary = await startRedis(common);
  const replicaConfig = [...(common.config ?? []), `replicaof ${primary.host} ${primary.port}`];
  const replica = await startRedis({ ...common, config: replicaConfig });

  const port = freePort();
  const config = [
    `port ${port}`,
    "bind 127.0.0.1",
    `sentinel monitor ${name} ${primary.host} ${primary.port} 1`,
    `sentinel down-after-milliseconds ${name} 1000`,
    `sentinel failover-timeout ${name} 3000`,
    ...(password === undefined ? [] : [`sentinel auth-pass ${name} ${password}`]),
    ...credentialLines(own),
  ];
  const sentinel = new RedisServer(port, { ...own, config }, tempDir("redis-sentinel"), "sentinel");
  await sentinel.start();
  await until(() => knowsReplica(sentinel, name), {
    timeoutMs: 20_000,
    what: "Sentinel to know the replica",
  });
  return { primary, replica, sentinel, name, addresses: [`${sentinel.host}:${port}`] };
}

async function knowsReplica(sentinel: RedisServer, name: string): Promise<boolean> {
  const replicas = await sentinel.command<string[][]>("SENTINEL", "replicas", name);
  return replicas.some((fields) => fields[fields.indexOf("master-link-status") + 1] === "ok");
}
