/**
 * @module chat/handler
 * The shape of a handler, and the checks that most of them begin with.
 */
import { AppError } from "../domain/error.ts";
import { parseUserId, type UserId } from "../domain/ids.ts";
import type { Request, RequestName } from "../wire/messages.ts";
import type { ChatContext } from "./context.ts";
import type { ChatSession, LoggedIn } from "./session.ts";

/**
 * Handles one request of a session. A returned promise holds the connection's next frames back until it
 * settles; a throw or rejection is answered with the error under the request's own answer id.
 */
export type Handler<N extends RequestName> = (
  context: ChatContext,
  session: ChatSession,
  body: Request<N>,
) => Promise<void> | void;

/** The session's login. @throws AppError NOT_LOGGED_IN */
export function requireLogin(session: ChatSession): LoggedIn {
  if (session.login === undefined) throw new AppError("NOT_LOGGED_IN");
  return session.login;
}

/** A user id of a checked body. @throws AppError INVALID_FIELD */
export function requireUser(text: string, field: string): UserId {
  const user = parseUserId(text);
  if (user === undefined) throw new AppError("INVALID_FIELD", { field });
  return user;
}

/** A session acts only as itself: whoever a body says it is from must be its user. @throws AppError INVALID_FIELD */
export function requireSelf(session: ChatSession, text: string, field: string): UserId {
  const { user } = requireLogin(session).bound;
  if (text !== String(user))
    throw new AppError("INVALID_FIELD", { field, detail: "not this session's user" });
  return user;
}
