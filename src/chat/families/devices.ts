/**
 * @module chat/families/devices
 * A user's own devices: list and revoke.
 */
import type { Device } from "../../domain/entities.ts";
import type { Sessions } from "../../services/sessions/sessions.ts";
import type { Body } from "../../wire/messages.ts";
import { fitting } from "../bodies.ts";
import { inTurn, type Rows, requireLogin } from "./family.ts";

export interface DeviceServices {
  readonly sessions: Pick<Sessions, "list" | "revoke" | "endHere">;
}

export function deviceFamily({ sessions }: DeviceServices): Rows<"SESSIONLIST" | "SESSIONREVOKE"> {
  return {
    SESSIONLIST: inTurn("other", async (session) => {
      const devices = await sessions.list(requireLogin(session).bound.user);
      session.send("SESSIONLIST", { error: 0, sessions: fitting(devices.map(deviceEntry)) });
    }),

    // Answered before the session ends when it is this one.
    SESSIONREVOKE: inTurn("other", async (session, body) => {
      const { bound } = requireLogin(session);
      const isOver = await sessions.revoke(bound.user, body.session, bound.session);
      session.send("SESSIONREVOKERESPONSE", { error: 0 });
      if (isOver) sessions.endHere(bound, "revoked");
    }),
  };
}

function deviceEntry({
  session,
  device,
  name,
  node,
  since,
  seen,
}: Device): Body<"SESSIONLIST">["sessions"][number] {
  return { session, device, name, node: node ?? "", since, online: node !== undefined, seen };
}
