/**
 * @module config/schema
 * THE table of the configuration: every section and key, its kind, its default and its meaning. The parser,
 * the environment names, the typed `Config`, config.ini.example and `chatsrv check` all follow from it; a new
 * setting is one row here. Names are those of the original's config.ini where it had them.
 */
import * as is from "./kinds.ts";
import { limits } from "./limits.ts";
import { key, type ValuesOf } from "./table.ts";

const tlsCert = (what: string) =>
  key(is.path, "", `Certificate chain (PEM) for TLS on ${what}. Empty: no TLS.`, {
    example: "/etc/chatsrv/tls/fullchain.pem",
  });
const tlsKey = key(is.path, "", "Private key (PEM) of tls_cert; the two are set together.", {
  example: "/etc/chatsrv/tls/privkey.pem",
});

export const schema = {
  GateServer: {
    about: "The HTTP gateway (role gateway): accounts, logins, the web client.",
    keys: {
      host: key(is.host, "0.0.0.0", "Address bound. The default takes connections from everywhere."),
      port: key(is.port, 8080, "TCP port of the HTTP API and the web client. 0 binds any free one.", {
        prominent: true,
      }),
      public_host: key(
        is.optionalHost,
        "",
        "Name under which people reach this gateway; shown in /openapi.json. Empty: the name each request uses.",
        { example: "chat.example.org" },
      ),
      tls_cert: tlsCert("the gateway's port"),
      tls_key: tlsKey,
      trust_proxy: key(
        is.bool,
        false,
        "Whether the client's address is taken from the last entry of X-Forwarded-For. Set true only behind a proxy that writes that header: otherwise anybody can choose an address, and so get around the limits per address.",
      ),
      reset_requires_code: key(
        is.bool,
        true,
        "Whether /reset_password needs a mailed code. false is what the original's desktop client needs, and lets anybody who knows a username and its e-mail take the account: every start logs it as unsafe.",
      ),
    },
  },

  VerificationServer: {
    about: "Mailed codes (role verify).",
    keys: {
      host: key(is.host, "127.0.0.1", "Address at which gateways reach the verify role by gRPC.", {
        prominent: true,
      }),
      port: key(is.port, 65500, "TCP port of the verify role's gRPC.", { prominent: true }),
      code_ttl: key(is.int(1, 86_400), 180, "How long a mailed code is good, in seconds."),
      code_attempts: key(
        is.int(1, 100),
        5,
        "Wrong tries that a code survives; the next one kills it, and a new code has to be mailed.",
      ),
      resend_cooldown: key(is.int(0, 86_400), 60, "Seconds between two code mails to one address."),
    },
  },

  BalanceService: {
    about: "Placement of logins on chat servers (role balance).",
    keys: {
      host: key(
        is.host,
        "127.0.0.1",
        "Address at which gateways and chat servers reach the balance role by gRPC.",
        {
          prominent: true,
        },
      ),
      port: key(is.port, 59900, "TCP port of the balance role's gRPC.", { prominent: true }),
      token_ttl: key(
        is.int(1, 86_400),
        300,
        "How long the token of /trylogin_server is good, in seconds. It is spent by the first chat login.",
      ),
      resume_ttl: key(
        is.int(1, 31_536_000),
        86_400,
        "How long a client may come back without its password (/resume_server), in seconds.",
      ),
    },
  },

  gRPCServer: {
    about: "This chat server towards the others (role chat).",
    keys: {
      server_name: key(
        is.name,
        "ChattingServer0",
        "Name of this chat server, unique in the cluster: a second live one of the same name is refused.",
        { prominent: true },
      ),
      host: key(is.host, "127.0.0.1", "Address at which the other chat servers reach this one by gRPC.", {
        prominent: true,
      }),
      port: key(is.port, 64400, "TCP port of this chat server's gRPC.", { prominent: true }),
    },
  },

  ChattingServer: {
    about: "The chat server towards its clients (role chat).",
    keys: {
      host: key(
        is.host,
        "127.0.0.1",
        "Address that clients are told to connect to. The default serves clients on this machine only: set the public name or address.",
        { prominent: true },
      ),
      bind: key(is.host, "0.0.0.0", "Address bound. The default takes connections from everywhere."),
      port: key(is.port, 60000, "TCP port of the chat protocol. 0 binds any free one.", { prominent: true }),
      ws_port: key(is.port, 60001, "TCP port of the chat protocol over WebSocket. 0 binds any free one.", {
        prominent: true,
      }),
      tls_cert: tlsCert("both chat ports"),
      tls_key: tlsKey,
      send_queue_size: key(
        is.int(1, 1_000_000),
        1000,
        "Frames that may wait for a client that does not read; past it (or 4 MiB) the connection is cut. The client loses nothing: it resumes by history.",
        { prominent: true },
      ),
      idle_timeout: key(
        is.int(1, 86_400),
        90,
        "Seconds without a byte after which a client that speaks protocol 2 is taken for gone. Clients of the original send no heartbeat; for them TCP keep-alive decides.",
      ),
      drain_timeout: key(
        is.int(0, 3600),
        20,
        "Seconds that a stopping chat server has to commit, hand over and take leave of its clients.",
      ),
      max_sessions_per_user: key(
        is.int(1, 1000),
        5,
        "Devices a user may be logged in on at once, across all chat servers; one more ends the oldest (error 15).",
      ),
      legacy_frame_gap: key(
        is.int(0, 10_000),
        100,
        "Milliseconds between two frames to a client that does not speak protocol 2. The original's desktop client hangs on two frames in one read and needs 100; 0 for other clients of that protocol.",
      ),
    },
  },

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
      timeout: key(is.int(1, 86_400), 60, "Seconds between two heartbeats on an idle connection."),
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
    },
  },

  Mail: {
    about: "How codes reach people.",
    keys: {
      transport: key(
        is.oneOf("outbox", "smtp", "resend"),
        "outbox",
        "resend: the HTTP API of resend.com. smtp: any mail server. outbox: no mail leaves, each becomes a file, and the code is also in the log line mail.outbox (for trying out and for tests).",
        { prominent: true },
      ),
      from: key(
        is.name,
        "chatsrv <noreply@localhost>",
        "Sender of the mails; most services refuse one they do not know.",
        {
          example: "Chat <noreply@chat.example.org>",
        },
      ),
      resend_api_key: key(is.secret, "", "API key of resend.com; needed by transport=resend."),
      resend_base_url: key(
        is.url("https", "http"),
        "",
        "Another address of that API, for tests. Empty: its own.",
        {
          example: "http://127.0.0.1:9000",
        },
      ),
      smtp_url: key(
        is.hidden(is.url("smtp", "smtps")),
        "",
        "Mail server, smtp://user:password@host:587 (STARTTLS where offered) or smtps://…:465; needed by transport=smtp.",
      ),
      outbox_dir: key(is.path, "", "Folder for transport=outbox. Empty: outbox in the data folder.", {
        example: "/var/lib/chatsrv/outbox",
      }),
    },
  },

  Cluster: {
    about: "Trust between processes. All processes of a cluster have the same values here.",
    keys: {
      secret: key(
        is.secret,
        "",
        "Shared secret of all processes, for instance from `openssl rand -base64 32`. Without it every gRPC port binds to loopback only, and the cluster is this machine.",
        { example: "change-me" },
      ),
      tls_ca: key(is.path, "", "Authority (PEM) that signed the other processes' certificates.", {
        example: "/etc/chatsrv/tls/ca.pem",
      }),
      tls_cert: key(
        is.path,
        "",
        "This process's certificate (PEM) for gRPC. Set with tls_key and tls_ca: mutual TLS, a peer without a certificate of that authority is refused. Empty: gRPC without TLS.",
        { example: "/etc/chatsrv/tls/node.pem" },
      ),
      tls_key: tlsKey,
      lease_ttl: key(
        is.int(1, 3600),
        10,
        "Seconds after which a process that died is out of allocation and routing. Lower finds out sooner and costs a little more traffic.",
      ),
    },
  },

  Admin: {
    about: "Health and metrics of each process, for operators: /healthz, /readyz, /metrics (Prometheus).",
    keys: {
      host: key(
        is.host,
        "127.0.0.1",
        "Address bound. The pages have no password: keep them off the internet.",
      ),
      port: key(is.optionalPort, undefined, "TCP port. Empty: off. 0 binds any free one.", {
        example: "9100",
      }),
    },
  },

  Log: {
    about: "One line per event, on standard output.",
    keys: {
      level: key(
        is.oneOf("debug", "info", "warn", "error"),
        "info",
        "The least important level that is written.",
      ),
      format: key(
        is.oneOf("json", "pretty"),
        "json",
        "json: one object per line, for machines. pretty: for people.",
      ),
    },
  },

  Limits: limits,
} as const;

/** The effective configuration, typed by the table: `config.ChattingServer.legacy_frame_gap`. Units as written there. */
export type Config = ValuesOf<typeof schema>;
