/**
 * @module config/sections/operations
 * The part of the table about mail, trust between processes, and what operators look at.
 */
import * as is from "../kinds.ts";
import { key } from "../table.ts";
import { tlsKey } from "./tls.ts";

export const operations = {
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
} as const;
