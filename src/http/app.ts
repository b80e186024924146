/**
 * @module http/app
 * The gateway's HTTP surface: what each path is, and what every request passes on its way.
 */
import { Hono, type MiddlewareHandler } from "hono";
import type { RateLimiter } from "../coordination/coordination.ts";
import { toAppError } from "../domain/error.ts";
import { type Clock, systemClock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import type { Meter } from "../lib/metrics.ts";
import type { AccountService } from "../services/accounts/accounts.ts";
import type { CodeSender } from "../services/ports.ts";
import { Code } from "../wire/codes.ts";
import { type HttpPath, type HttpRequest, httpCalls } from "../wire/http.ts";
import type { Schema } from "../wire/schema.ts";
import { failureResponse, success } from "./answer.ts";
import { asyncApi } from "./asyncapi.ts";
import { readBody } from "./body.ts";
import { type Calls, createCalls } from "./calls.ts";
import { addressGroup, clientAddress } from "./client-address.ts";
import type { HttpEnv } from "./env.ts";
import { type HttpLimits, LimitGuard } from "./limits.ts";
import { observe } from "./observe.ts";
import { openApi } from "./openapi.ts";
import { pathOf } from "./path.ts";
import { originOf, type PublicUrlOptions, type WebSocketPlace, webSocketUrl } from "./public-url.ts";

export interface HttpAppOptions extends PublicUrlOptions {
  readonly accounts: AccountService;
  readonly codeSender: CodeSender;
  readonly limiter: RateLimiter;
  readonly limits: HttpLimits;
  readonly logger: Logger;
  readonly meter: Meter;
  readonly clock?: Clock;
  /** Whether what a proxy says of the client is believed (http/client-address, http/public-url). */
  readonly trustProxy: boolean;
  /** The program's version and the gateway's address ("" for the request's own), for the descriptions. */
  readonly version: string;
  readonly documentUrl: string;
}

export type HttpApp = Hono<HttpEnv>;

/** The app alone, without a port: `server.ts` serves it, and tests may call `app.request`. */
export function createHttpApp(options: HttpAppOptions): HttpApp {
  const { limiter, limits, logger, meter, clock = systemClock, trustProxy } = options;
  const app: HttpApp = new Hono<HttpEnv>({ getPath: (request) => pathOf(request.url) });
  const paths = Object.keys(httpCalls) as HttpPath[];
  const guard = new LimitGuard({ limiter, limits, logger, clock });
  const calls = createCalls(options);
  const { version, documentUrl } = options;
  const readable: Readonly<Record<string, unknown>> = {
    "/healthz": { status: "ok" },
    "/openapi.json": openApi(version, documentUrl),
    "/asyncapi.json": asyncApi(version, documentUrl),
  };

  app.use(async (c, next) => {
    const forwardedFor = c.req.header("x-forwarded-for") ?? null;
    c.set("client", clientAddress(c.env.peer, forwardedFor, trustProxy));
    await next();
  });
  app.use(observe({ logger, meter, clock, paths: new Set([...paths, ...Object.keys(readable)]) }));
  app.use(protectiveHeaders);

  for (const path of paths) app.post(path, answering(path, calls, guard, options));
  for (const [path, said] of Object.entries(readable)) app.get(path, () => Response.json(said));

  for (const path of paths) app.all(path, () => notAllowed("POST"));
  for (const path of Object.keys(readable)) app.all(path, () => notAllowed("GET, HEAD"));
  app.notFound(() => Response.json({ error: Code.UNSUPPORTED }, { status: 404 }));
  app.onError((error) => failureResponse(toAppError(error)));
  return app;
}

/** The table seen so that a path's request keeps its type. */
const requests: { readonly [P in HttpPath]: { readonly request: Schema<HttpRequest<P>> } } = httpCalls;

/** A call's way: shape, limits, service. */
function answering<P extends HttpPath>(
  path: P,
  calls: Calls,
  guard: LimitGuard,
  reached: PublicUrlOptions,
): MiddlewareHandler<HttpEnv> {
  const call = calls[path];
  const schema = requests[path].request;
  return async (c) => {
    const request = await readBody(c.req.raw, schema);
    const from = addressGroup(c.get("client"));
    const toll = call.toll(request, from);
    const tolls = [{ name: call.perAddress, key: from }, ...(toll ? [toll] : [])];
    const known = await guard.take(tolls, from);
    const webSocket = (place: WebSocketPlace) => webSocketUrl(place, originOf(c.req.raw, reached), reached);
    const answer = await call.run(request, { from, known, webSocketUrl: webSocket });
    const account = call.opens?.(request);
    if (account !== undefined) await guard.opened(account, from);
    return success(answer);
  };
}

const notAllowed = (allow: string): Response =>
  Response.json({ error: Code.UNSUPPORTED }, { status: 405, headers: { allow } });

/** Answers carry tokens: nobody is to keep them, or to take them for something that a browser shows or runs. */
const protectiveHeaders: MiddlewareHandler<HttpEnv> = async (c, next) => {
  await next();
  const { headers } = c.res;
  headers.set("cache-control", "no-store");
  headers.set("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
  headers.set("referrer-policy", "no-referrer");
  headers.set("x-content-type-options", "nosniff");
};
