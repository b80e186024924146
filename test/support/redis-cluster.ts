/**
 * @module support/redis-cluster
 * A real Redis Cluster of three primaries.
 */

import { freePort } from "./port.ts";
import { RedisServer, type RedisServerOptions } from "./redis.ts";
import { tempDir } from "./tempdir.ts";
import { until } from "./until.ts";

/** Hash slots of a Redis Cluster. */
const SLOTS = 16_384;

/** Three nodes that each hold a third of the slots. */
export interface RedisCluster {
  nodes: readonly [RedisServer, RedisServer, RedisServer];
  /** `host:port` of every node, the form of `[Redis] cluster_nodes`. */
  addresses: string[];
}

/** Starts three empty nodes, joins them and resolves once each sees the whole cluster as usable. */
export async function startRedisCluster(options: RedisServerOptions = {}): Promise<RedisCluster> {
  const start = async () => {
    const cluster = [
      "cluster-enabled yes",
      `cluster-port ${freePort()}`,
      "cluster-node-timeout 2000",
      "cluster-require-full-coverage no",
    ];
    const config = [...cluster, ...(options.tls ? ["tls-cluster yes"] : []), ...(options.config ?? [])];
    const node = new RedisServer(freePort(), { ...options, config }, tempDir("redis-cluster"));
    await node.start();
    return node;
  };
  const nodes = await Promise.all([start(), start(), start()]);

  for (const [index, node] of nodes.entries()) {
    const first = Math.ceil((index * SLOTS) / nodes.length);
    const last = Math.ceil(((index + 1) * SLOTS) / nodes.length) - 1;
    await node.command("CLUSTER", "ADDSLOTSRANGE", first, last);
    const bus = busPort(node);
    if (index > 0) await nodes[0].command("CLUSTER", "MEET", node.host, node.port, bus);
  }
  for (const node of nodes) {
    await until(() => isWhole(node), {
      timeoutMs: 20_000,
      what: `cluster node ${node.port} to see the others`,
    });
  }
  return { nodes, addresses: nodes.map((node) => `${node.host}:${node.port}`) };
}

async function isWhole(node: RedisServer): Promise<boolean> {
  const info = await node.command<string>("CLUSTER", "INFO");
  return info.includes("cluster_state:ok") && info.includes(`cluster_slots_ok:${SLOTS}`);
}

function busPort(node: RedisServer): number {
  const line = node.options.config?.find((entry) => entry.startsWith("cluster-port "));
  return Number(line?.split(" ")[1]);
}
