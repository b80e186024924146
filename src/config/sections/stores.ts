/**
 * @module config/sections/stores
 * The part of the table about where state is kept: which engines, and how to reach them.
 */
import * as is from "../kinds.ts";
import { key } from "../table.ts";

export const stores = {
  Storage: {
    about:
      "Where accounts and messages are kept. sqlite is built in and serves one process; several processes share mysql.",
    keys: {
      engine: key(
        is.oneOf("sqlite", "mysql"),
        "sqlite",
        "The database. Setting a key of [MySQL] selects mysql.",
      ),
      path: key(is.path, "", "The SQLite file. Empty: chatsrv.db in the data folder (--data, ./data).", {
        example: "/var/lib/chatsrv/chatsrv.db",
      }),
    },
  },

  Coordination: {
    about:
      "Where codes, tokens, leases and routes are kept for a while. memory is built in and serves one process; several processes share redis.",
    keys: {
      engine: key(is.oneOf("memory", "redis"), "memory", "Setting a key of [Redis] selects redis."),
    },
  },

  MySQL: {
    about:
      "MySQL 8 or MariaDB 10.6 and later. The database must exist; chatsrv migrate fills an empty one, and migrate --adopt takes over one of the original.",
    selects: { section: "Storage", key: "engine", value: "mysql" },
    keys: {
      host: key(is.host, "localhost", "Where the server is."),
      port: key(is.port, 3307, "Its TCP port; the default is the original's, a stock server has 3306."),
      username: key(is.name, "root", "User that may create and alter tables in the database."),
      password: key(is.secret, "", "That user's password.", { example: "123456" }),
      database: key(is.name, "chatting", "Name of the database."),
      timeout: key(
        is.int(1, 86_400),
        5,
        "Seconds between two heartbeats on an idle connection. After three without one the server closes it: what a process that stopped had locked is free again.",
      ),
      pool_size: key(is.int(1, 1000), 10, "Connections that one process opens at most."),
      tls: key(
        is.bool,
        false,
        "Whether to speak TLS and verify the server's certificate (against [Cluster] tls_ca if set, else the system's authorities).",
      ),
    },
  },

  Redis: {
    about:
      "Redis 6.2 and later: one server, Sentinel or Cluster. Losing it loses no message and no account; new logins wait until it is back.",
    selects: { section: "Coordination", key: "engine", value: "redis" },
    keys: {
      host: key(is.host, "127.0.0.1", "Where the server is; not used with sentinel_nodes or cluster_nodes."),
      port: key(is.port, 16379, "Its TCP port; the default is the original's, a stock server has 6379."),
      username: key(is.text, "", "ACL user. Empty: the server's default user.", { example: "chatsrv" }),
      password: key(is.secret, "", "That user's password.", { example: "123456" }),
      db: key(is.int(0, 1_000_000), 0, "Number of the logical database; a Cluster has 0 only."),
      prefix: key(is.text, "chatsrv:", "Put before every key, so that several systems can share one server."),
      tls: key(
        is.bool,
        false,
        "Whether to speak TLS and verify the server's certificate (against [Cluster] tls_ca if set, else the system's authorities).",
      ),
      cluster_nodes: key(is.hostPorts, [], "Some nodes of a Redis Cluster; the others are found from them.", {
        example: "10.0.0.1:6379,10.0.0.2:6379,10.0.0.3:6379",
      }),
      sentinel_nodes: key(
        is.hostPorts,
        [],
        "The Sentinels that know the current master; with sentinel_name.",
        {
          example: "10.0.0.1:26379,10.0.0.2:26379,10.0.0.3:26379",
        },
      ),
      sentinel_name: key(is.text, "", "Name of the master that the Sentinels watch.", {
        example: "mymaster",
      }),
      sentinel_username: key(
        is.text,
        "",
        "ACL user of the Sentinels themselves. Empty: their default user.",
        {
          example: "sentinel",
        },
      ),
      sentinel_password: key(
        is.secret,
        "",
        "Password of the Sentinels themselves, which is not the master's; empty when they ask for none.",
        { example: "123456" },
      ),
    },
  },
} as const;
