/**
 * @module chat/dialects/views
 * Views that both dialects have, each with profiles as its clients can show them.
 */
import type { Profile } from "../../domain/entities.ts";
import { idText, incomingRequestBody, newFriendBody } from "../bodies.ts";
import type { View, Views } from "./dialect.ts";

/** Through the session's position: what it has is not shown again, what it lacks before them comes first. */
export const texts: View<"texts"> = ({ bound, delivery }, { peer, messages, except }) =>
  delivery.push(peer, messages, except === bound.session);

const signal: View<"signal"> = ({ bound, outbox }, { from, medium, signal }) =>
  outbox.send(medium === "voice" ? "VOICECHATMSGREQUEST" : "VIDEOCHATMSGREQUEST", {
    src_uuid: idText(from),
    dst_uuid: idText(bound.user),
    signal,
  });

/** What the original's contract tells of. */
export function sharedViews(
  seen: (profile: Profile) => Profile,
): Pick<Views, "texts" | "signal" | "friend_request" | "friend_added"> {
  return {
    texts,
    signal,
    friend_request: ({ bound, outbox }, { from, nickname, message }) =>
      outbox.send("FRIENDREINCOMINGREQUEST", incomingRequestBody(seen(from), bound.user, nickname, message)),
    friend_added: ({ outbox }, { friend }) =>
      outbox.send("FRIENDING_ON_BIDDIRECTIONAL", newFriendBody(seen(friend))),
  };
}
