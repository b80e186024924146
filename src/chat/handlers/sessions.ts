/**
 * @module chat/handlers/sessions
 * A user's own devices: list and revoke; and the ping that keeps one alive.
 */
import type { Body } from "../../wire/messages.ts";
import { fitting } from "../bodies.ts";
import { type Handler, requireLogin } from "../handler.ts";

export const list: Handler<"SESSIONLIST"> = async (context, session) => {
  const devices = await context.sessions.list(requireLogin(session).bound.user);
  const sessions: Body<"SESSIONLIST">["sessions"] = devices.map((device) => ({
    session: device.session,
    device: device.device,
    name: device.name,
    node: device.node ?? "",
    since: device.since,
    online: device.node !== undefined,
    seen: device.seen,
  }));
  session.send("SESSIONLIST", { error: 0, sessions: fitting(sessions) });
};

/** Answered before the session ends when it is this one. */
export const revoke: Handler<"SESSIONREVOKE"> = async (context, session, body) => {
  const { bound } = requireLogin(session);
  const isOver = await context.sessions.revoke(bound.user, body.session, bound.session);
  session.send("SESSIONREVOKERESPONSE", { error: 0 });
  if (isOver) context.sessions.endHere(bound, "revoked");
};

export const ping: Handler<"PING"> = (_context, session, body) => {
  session.send("PONG", body.t === undefined ? {} : { t: body.t });
};
