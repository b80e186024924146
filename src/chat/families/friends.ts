/**
 * @module chat/families/friends
 * Finding somebody, friend requests and their answers, the list of friends.
 */
import { AppError } from "../../domain/error.ts";
import type { Courier } from "../../services/delivery/courier.ts";
import type { Friends } from "../../services/people/friends.ts";
import type { Presence } from "../../services/people/presence.ts";
import type { Request } from "../../wire/messages.ts";
import { MAX_PAGE } from "../../wire/sizes.ts";
import { friendEntry, profileBody } from "../bodies.ts";
import { nextOf, pageOfOneFrame } from "../pages.ts";
import { inTurn, pagePrice, type Rows, requireLogin, requireSelf, requireUser } from "./family.ts";

export interface FriendServices {
  readonly friends: Friends;
  readonly presence: Pick<Presence, "introduce">;
  readonly courier: Pick<Courier, "post">;
}

type Names =
  | "SEARCHUSERNAME"
  | "FRIENDREQUESTSENDER"
  | "FRIENDREQUESTCONFIRM"
  | "FRIENDREJECT"
  | "FRIENDREMOVE"
  | "FRIENDLISTREQUEST";

export function friendFamily({ friends, presence, courier }: FriendServices): Rows<Names> {
  return {
    SEARCHUSERNAME: inTurn("search", async (session, { username }) => {
      const { bound, dialect } = requireLogin(session);
      const found = await friends.search(bound.user, username);
      session.send("SEARCHUSERNAMERESPONSE", { error: 0, ...profileBody(dialect.seen(found)) });
    }),

    // The original's order: the target's 13 is queued before the sender's 12.
    FRIENDREQUESTSENDER: inTurn("friend", async (session, body) => {
      const { src_uuid, dst_uuid } = body;
      const from = requireSelf(session, src_uuid, "src_uuid");
      const to = requireUser(dst_uuid, "dst_uuid");
      courier.post(
        body.cancel
          ? await friends.cancel(from, to)
          : await friends.request(from, to, given(body, "nickname"), given(body, "message")),
      );
      session.send("FRIENDSENDERRESPONSE", { error: 0, src_uuid, dst_uuid });
    }),

    // The original's order: the confirmer gets 15, then 16, then the asker 16.
    FRIENDREQUESTCONFIRM: inTurn("friend", async (session, body) => {
      const by = requireSelf(session, body.dst_uuid, "dst_uuid");
      const from = requireUser(body.src_uuid, "src_uuid");
      const events = await friends.confirm(from, by, body.alternative_name ?? "");
      session.send("FRIENDCONFIRMRESPONSE", { error: 0 });
      courier.post(events);
      if (events.length > 0) await presence.introduce(by, from);
    }),

    FRIENDREJECT: inTurn("friend", async (session, { src_uuid }) => {
      const { bound } = requireLogin(session);
      const events = await friends.reject(requireUser(src_uuid, "src_uuid"), bound.user, bound.session);
      session.send("FRIENDREJECTRESPONSE", { error: 0 });
      courier.post(events);
    }),

    FRIENDREMOVE: inTurn("friend", async (session, { uuid }) => {
      const { user } = requireLogin(session).bound;
      const events = await friends.remove(user, requireUser(uuid, "uuid"));
      session.send("FRIENDREMOVERESPONSE", { error: 0 });
      courier.post(events);
    }),

    FRIENDLISTREQUEST: inTurn(
      "history",
      async (session, { cursor, limit: asked = MAX_PAGE }) => {
        const { user } = requireLogin(session).bound;
        const read = (limit: number) => friends.list(user, { cursor, limit });
        const page = await pageOfOneFrame(Math.min(asked, MAX_PAGE), read, friendEntry);
        session.send("FRIENDLISTRESPONSE", { error: 0, friends: page.items, ...nextOf(page) });
      },
      ({ limit }) => pagePrice(limit, MAX_PAGE),
    ),
  };
}

/** What only a request that is taken back may leave out. @throws AppError INVALID_FIELD */
function given(body: Request<"FRIENDREQUESTSENDER">, field: "nickname" | "message"): string {
  const value = body[field];
  if (value === undefined) throw new AppError("INVALID_FIELD", { field });
  return value;
}
