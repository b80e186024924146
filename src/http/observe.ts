/**
 * @module http/observe
 * One log line and two metrics per request. Bodies are never logged: passwords, codes and tokens are in them.
 */
import type { MiddlewareHandler } from "hono";
import { AppError, toAppError } from "../domain/error.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import type { Counter, Histogram, Meter } from "../lib/metrics.ts";
import { Code } from "../wire/codes.ts";
import type { HttpEnv } from "./env.ts";

/** Seconds. A login takes some 30 ms of hashing; the rest is waiting for others. */
const DURATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Stands for all paths that are not ours, so that a scanner adds no time series. */
const OTHER_PATH = "other";
const PATH_LOG_MAX = 100;

export interface ObserveOptions {
  readonly logger: Logger;
  readonly meter: Meter;
  readonly clock: Clock;
  /** Paths that get a label of their own. */
  readonly paths: ReadonlySet<string>;
}

export function observe({ logger, meter, clock, paths }: ObserveOptions): MiddlewareHandler<HttpEnv> {
  const durations = memoized(
    (path: string): Histogram =>
      meter.histogram("chatsrv_http_request_seconds", "Duration of HTTP requests.", DURATION_BUCKETS, {
        path,
      }),
  );
  const totals = memoized((labels: string): Counter => {
    const [path = "", status = "", error = ""] = labels.split(" ");
    return meter.counter("chatsrv_http_requests_total", "HTTP requests by path, status and error number.", {
      path,
      status,
      error,
    });
  });

  return async (c, next) => {
    const began = clock.monotonic();
    await next();
    const ms = clock.monotonic() - began;
    const thrown = c.error;
    const error = thrown === undefined ? undefined : toAppError(thrown);
    const path = paths.has(c.req.path) ? c.req.path : OTHER_PATH;
    const code = error?.code ?? Code.SUCCESS;
    durations(path).observe(ms / 1000);
    totals(`${path} ${c.res.status} ${code}`).add();
    if (thrown !== undefined && !(thrown instanceof AppError))
      logger.log("error", "http.unexpected", { path, error: thrown });
    logger.log("info", "http.request", {
      method: c.req.method,
      path: c.req.path.slice(0, PATH_LOG_MAX),
      status: c.res.status,
      code,
      ...(error?.field !== undefined && { field: error.field }),
      ...(error?.detail !== undefined && { detail: error.detail }),
      client: c.get("client"),
      ms: Math.round(ms),
    });
  };
}

/** A function of a text that makes each value once. */
function memoized<T>(make: (key: string) => T): (key: string) => T {
  const made = new Map<string, T>();
  return (key) => {
    const value = made.get(key) ?? make(key);
    made.set(key, value);
    return value;
  };
}
