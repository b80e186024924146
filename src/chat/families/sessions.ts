/**
 * @module chat/families/sessions
 * A session's beginning and end, and the ping that keeps it alive.
 */
import type { Sessions } from "../../services/sessions/sessions.ts";
import type { Entrance } from "../entrance/entrance.ts";
import { atOnce, inTurn, type Rows, requireLogin } from "./family.ts";

export interface SessionServices {
  readonly entrance: Pick<Entrance, "enter">;
  readonly sessions: Pick<Sessions, "logOut">;
}

export function sessionFamily({
  entrance,
  sessions,
}: SessionServices): Rows<"LOGINSERVER" | "LOGOUTSERVER" | "PING"> {
  return {
    LOGINSERVER: inTurn("login", (session, body) => entrance.enter(session, body)),

    LOGOUTSERVER: atOnce("login", async (session) => {
      await sessions.logOut(requireLogin(session).bound);
      session.send("LOGOUTRESPONSE", { error: 0 });
      session.end();
    }),

    PING: atOnce("other", (session, { t }) => session.send("PONG", t === undefined ? {} : { t })),
  };
}
