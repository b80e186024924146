/**
 * @module chat/handlers/sessions
 * A user's own sessions: list and revoke; and the ping that keeps one alive.
 */
import type { Body } from "../../wire/messages.ts";
import { fitting } from "../bodies.ts";
import { type Handler, requireLogin } from "../handler.ts";

export const list: Handler<"SESSIONLIST"> = async (context, session) => {
  const routes = await context.sessions.list(requireLogin(session).bound.user);
  const sessions: Body<"SESSIONLIST">["sessions"] = routes.map((route) => ({
    session: route.session,
    device: route.device,
    name: route.name,
    node: route.node,
    since: route.since,
  }));
  session.send("SESSIONLIST", { error: 0, sessions: fitting(sessions) });
};

/** Answered before the session ends, also when it is this one. */
export const revoke: Handler<"SESSIONREVOKE"> = async (context, session, body) => {
  const end = await context.sessions.revoke(requireLogin(session).bound.user, body.session);
  session.send("SESSIONREVOKERESPONSE", { error: 0 });
  end();
};

export const ping: Handler<"PING"> = (_context, session, body) => {
  session.send("PONG", body.t === undefined ? {} : { t: body.t });
};
