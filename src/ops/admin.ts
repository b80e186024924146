/**
 * @module ops/admin
 * The operators' pages of one process: `/healthz` (it lives), `/readyz` (send it work, or not) and `/metrics`.
 */
import { Reopenable } from "../lib/reopenable.ts";
import type { Health } from "./health.ts";
import { METRICS_CONTENT_TYPE, type Metrics } from "./metrics.ts";

export interface AdminOptions {
  readonly host: string;
  /** 0 binds any free one. */
  readonly port: number;
  readonly health: Health;
  readonly metrics: Metrics;
}

export interface AdminServer {
  readonly host: string;
  readonly port: number;
  /** Closes the listening socket, or opens it again at the same port. @throws Error of the system */
  setAccepting(accepting: boolean): void;
  stop(): Promise<void>;
}

/** @throws Error when the port cannot be bound. */
export function startAdmin({ host, port, health, metrics }: AdminOptions): AdminServer {
  const open = (port: number) =>
    Bun.serve({
      hostname: host,
      port,
      routes: {
        "/healthz": { GET: () => Response.json({ status: "ok" }) },
        "/readyz": {
          GET: async () => {
            const readiness = await health.readiness();
            return Response.json(readiness, { status: readiness.status === "ready" ? 200 : 503 });
          },
        },
        "/metrics": {
          GET: () => new Response(metrics.render(), { headers: { "content-type": METRICS_CONTENT_TYPE } }),
        },
      },
      fetch: () => new Response("There are /healthz, /readyz and /metrics.\n", { status: 404 }),
    });
  const listening = new Reopenable(port, {
    open,
    portOf: (server) => server.port ?? port,
    close: (server) => server.stop(true),
  });
  return {
    host,
    port: listening.port,
    setAccepting: (accepting) => listening.setAccepting(accepting),
    stop: () => listening.end(),
  };
}
