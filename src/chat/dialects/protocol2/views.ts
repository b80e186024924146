/**
 * @module chat/dialects/protocol2/views
 * What sessions of protocol 2 are told of: everything, but what they did themselves.
 */
import type { EventOf, EventType } from "../../../services/delivery/events.ts";
import { Code } from "../../../wire/codes.ts";
import type { ServerName } from "../../../wire/messages.ts";
import { changedProfileBody, conversationText, cursorBody, idText, placeBody } from "../../bodies.ts";
import type { View, Views } from "../dialect.ts";
import { sharedViews } from "../views.ts";

/** An event as one frame, for all sessions of the user but the one that made it happen. */
function told<T extends EventType>(name: ServerName, bodyOf: (event: EventOf<T>) => object): View<T> {
  return ({ bound, outbox }, event) => {
    if ("except" in event && event.except === bound.session) return;
    outbox.send(name, bodyOf(event));
  };
}

export const protocol2Views: Views = {
  ...sharedViews((profile) => profile),
  friend_removed: told("FRIENDREMOVED", ({ friend }) => ({ uuid: idText(friend) })),
  receipt: ({ delivery, outbox }, event) => {
    const news = delivery.receipt(event.conversation, event);
    if (news) outbox.send("RECEIPT", cursorBody(event, news));
  },
  cursor_moved: ({ bound, delivery, outbox }, event) => {
    if (event.except === bound.session) return;
    const news = delivery.cursor(event.conversation, event);
    if (news) outbox.send("CURSOR", cursorBody(event, news));
  },
  group_moved: undefined,
  group_receipt: told("GROUPRECEIPT", ({ conversation, seq, members, delivered, read }) => ({
    conversation: conversationText(conversation),
    ...{ seq, members, delivered, read },
  })),
  typing: ({ groups, outbox }, { audience, conversation, from }) => {
    const inGroup = !("users" in audience);
    if (inGroup && !groups?.isOpen(conversation)) return;
    outbox.send("TYPING", {
      conversation: conversationText(conversation),
      ...(inGroup ? { uuid: idText(from) } : { peer: idText(from) }),
    });
  },
  presence: told("PRESENCE", ({ friend, online, lastSeen }) => ({
    uuid: idText(friend),
    online,
    last_seen: lastSeen,
  })),
  settings_changed: told("CONVERSATIONSETTINGS", (event) => ({
    ...placeBody(event),
    muted_until: event.mutedUntil,
    pinned: event.pinned,
    archived: event.archived,
  })),
  request_gone: told("FRIENDREJECT", ({ from }) => ({ src_uuid: idText(from) })),
  block_changed: told("BLOCK", ({ other, blocked }) => ({ uuid: idText(other), blocked })),
  profile_changed: told("PROFILECHANGED", ({ profile }) => changedProfileBody(profile)),
  end_session: ({ outbox }, { reason }) =>
    outbox.send("GOAWAY", {
      reason,
      reconnect_in_ms: 0,
      resume: false,
      ...(reason === "kicked" && { error: Code.LOGGED_IN_ELSEWHERE }),
    }),
};
