/**
 * @module wire/http
 * The HTTP calls of the gateway: paths and bodies, declared once for the server, the SDK and `/openapi.json`.
 * Every call is POST with JSON and answers status 200, also for an application error: the original's desktop
 * client takes any other status for a network error.
 */
import { type Infer, int, type ObjectSchema, object, optional, text } from "./schema.ts";

/** Largest body of a request, in bytes; more answers TOO_LARGE. */
export const MAX_HTTP_BODY_BYTES = 65_536;

/** Where the gateway takes WebSocket connections, `?node=` the name of the chat node they are for. */
export const WS_PATH = "/ws";

const error = int(0, 255);
const username = text({ max: 1024 });
const email = text({ max: 1024 });
const password = text({ max: 1024 });
const cpatcha = text({ max: 64 });
/** Where to log in next, and with what. All strings: the desktop client reads a numeric port as 0. */
const placement = object({
  error,
  uuid: text(),
  host: text(),
  port: text(),
  token: text(),
  ws_url: optional(text()),
  node: optional(text()),
});

const call = <Q, A>(request: ObjectSchema<Q>, answer: ObjectSchema<A>, meaning: string) => ({
  request,
  answer,
  meaning,
});

export const httpCalls = {
  "/get_verification": call(object({ email }), object({ error, email: text() }), "mail a code to an address"),
  "/post_registration": call(
    object({ username, password, email, cpatcha }),
    object({ error, username: text(), email: text(), uuid: text() }),
    "make an account with a mailed code",
  ),
  "/check_accountexists": call(
    object({ username, email }),
    object({ error, username: text(), email: text() }),
    "whether an account has that username and e-mail",
  ),
  "/reset_password": call(
    object({ username, email, password, cpatcha: optional(cpatcha) }),
    object({ error }),
    "set a new password with a mailed code",
  ),
  "/trylogin_server": call(
    object({ username, password }),
    placement,
    "check the password, allocate a chat server",
  ),
  "/resume_server": call(
    object({ uuid: text({ max: 16 }), resume_token: text({ max: 256 }) }),
    placement,
    "allocate a chat server for the holder of a resume token",
  ),
} as const;

export type HttpPath = keyof typeof httpCalls;
export type HttpRequest<P extends HttpPath> = Infer<(typeof httpCalls)[P]["request"]>;
export type HttpAnswer<P extends HttpPath> = Infer<(typeof httpCalls)[P]["answer"]>;
