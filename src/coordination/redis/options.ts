/**
 * @module coordination/redis/options
 * How to reach Redis: section `[Redis]` of the configuration. Either one server, or Sentinel, or Cluster.
 */
export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface RedisOptions extends Address {
  /** ACL user; "" for the default user. */
  readonly username: string;
  /** "" for none. */
  readonly password: string;
  /** Cluster has 0 only. */
  readonly db: number;
  /** Stands before every key, so that several installations can share a server. */
  readonly prefix: string;
  readonly tls: boolean;
  /** PEM of the authority that signed the server's certificate; the system's authorities when absent. */
  readonly tlsCa?: string | undefined;
  /** Some nodes of a Cluster, from which the others are learnt; `host` and `port` are not used then. */
  readonly clusterNodes: readonly Address[];
  /** Sentinels; `host` and `port` are not used then. */
  readonly sentinelNodes: readonly Address[];
  /** The master's name at the Sentinels. */
  readonly sentinelName: string;
  /** ACL user of the Sentinels; "" for the default user. */
  readonly sentinelUsername: string;
  /** "" when the Sentinels ask for none. They have accounts of their own: the master's are not tried. */
  readonly sentinelPassword: string;
}
