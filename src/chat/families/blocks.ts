/**
 * @module chat/families/blocks
 * Whom one does not want to hear of.
 */
import type { Courier } from "../../services/delivery/courier.ts";
import type { Friends } from "../../services/people/friends.ts";
import type { Presence } from "../../services/people/presence.ts";
import { MAX_PAGE } from "../../wire/sizes.ts";
import { blockedEntry } from "../bodies.ts";
import { nextOf, pageOfOneFrame } from "../pages.ts";
import { inTurn, pagePrice, type Rows, requireLogin, requireUser } from "./family.ts";

export interface BlockServices {
  readonly friends: Pick<Friends, "setBlocked" | "blockList">;
  readonly presence: Pick<Presence, "introduce">;
  readonly courier: Pick<Courier, "post">;
}

export function blockFamily({ friends, presence, courier }: BlockServices): Rows<"BLOCK" | "BLOCKLIST"> {
  return {
    BLOCK: inTurn("friend", async (session, { uuid, blocked }) => {
      const { bound } = requireLogin(session);
      const other = requireUser(uuid, "uuid");
      const change = await friends.setBlocked(bound.user, other, blocked, bound.session);
      session.send("BLOCKRESPONSE", { error: 0 });
      courier.post(change.events);
      if (change.between) await presence.introduce(bound.user, other);
    }),

    BLOCKLIST: inTurn(
      "history",
      async (session, { cursor }) => {
        const { user } = requireLogin(session).bound;
        const read = (limit: number) => friends.blockList(user, { cursor, limit });
        const page = await pageOfOneFrame(MAX_PAGE, read, blockedEntry);
        session.send("BLOCKLISTRESPONSE", { error: 0, users: page.items, ...nextOf(page) });
      },
      () => pagePrice(undefined, MAX_PAGE),
    ),
  };
}
