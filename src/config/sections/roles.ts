/**
 * @module config/sections/roles
 * The part of the table about the four roles: where each listens, where others reach it, its times and bounds.
 */
import * as is from "../kinds.ts";
import { key } from "../table.ts";
import { tlsCert, tlsKey } from "./tls.ts";

export const roles = {
  GateServer: {
    about: "The HTTP gateway (role gateway): accounts, logins, the web client.",
    keys: {
      host: key(is.host, "0.0.0.0", "Address bound. The default takes connections from everywhere."),
      port: key(is.port, 8080, "TCP port of the HTTP API and the web client. 0 binds any free one.", {
        prominent: true,
      }),
      public_url: key(
        is.origin("https", "http"),
        "",
        "URL under which people reach this gateway, for instance through a proxy that ends TLS. Clients are then told to reach chat servers there too, at /ws, unless a chat server has a wss:// of its own: one port is enough. Empty: what each request tells.",
        { example: "https://chat.example.org" },
      ),
      public_host: key(
        is.optionalHost,
        "",
        "The name alone, shown in /openapi.json and /asyncapi.json where public_url is not set. Empty: they name none.",
        { example: "chat.example.org" },
      ),
      tls_cert: tlsCert("the gateway's port"),
      tls_key: tlsKey,
      trust_proxy: key(
        is.bool,
        false,
        "Whether the client's address is taken from the last entry of X-Forwarded-For, and how it reached the proxy from X-Forwarded-Proto and X-Forwarded-Host. Set true only behind a proxy that writes these headers: otherwise anybody can choose an address, and so get around the limits per address.",
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
        "How long a device may come back without the password (/resume_server) after it was last here, in seconds.",
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
      public_ws_url: key(
        is.url("wss", "ws"),
        "",
        "URL that clients are told for WebSocket, where that is not host and ws_port: a proxy that ends TLS in front of this chat server alone. Empty: host and ws_port, or the gateway's /ws.",
        { example: "wss://chat1.example.org" },
      ),
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
        "Devices a user may be logged in on at once, across all chat servers; one more ends the one that came first (error 15).",
      ),
      legacy_frame_gap: key(
        is.int(0, 10_000),
        400,
        "Least milliseconds between two frames to a client that does not speak protocol 2, and after one of its own. The original's desktop client hangs on two frames in one read and needs 400, and more the longer its transcript gets; 0 for other clients of that protocol, which then get every frame at once.",
      ),
      legacy_frame_gap_max: key(
        is.int(0, 60_000),
        10_000,
        "What that time grows to at most, in milliseconds: with many texts in a session, and after many texts in one frame. A client that never pauses is written to after that time all the same. No less than legacy_frame_gap.",
      ),
    },
  },
} as const;
