/**
 * @module web/views/chat/conversation
 * The open conversation: who it is with, the messages, and where one writes.
 */
import { h, setText } from "../../dom/h.ts";
import { icon } from "../../dom/icons.ts";
import { type Model, nameOf } from "../../model/model.ts";
import { lastSeen } from "../../model/times.ts";
import { friendAvatar } from "../avatar.ts";
import { friendDialog } from "../dialogs/friend.ts";
import { composer } from "./composer.ts";
import { messageList } from "./message-list.ts";
import { type ChatPorts, LIST_HASH, type View } from "./ports.ts";

export function conversationView(ports: ChatPorts): View & { focus(): void } {
  const { account, now } = ports;
  const { model } = account;
  const picture = friendAvatar(model);
  const name = h("span", { className: "name" });
  const status = h("span", { className: "status", attrs: { role: "status" } });
  const selectedFriend = () => model.friends.get(model.selected?.peer ?? "");
  const showFriend = () => {
    const friend = selectedFriend();
    if (friend) friendDialog(ports, friend);
  };
  const header = h(
    "header",
    {},
    h(
      "a",
      { className: "round back", href: LIST_HASH, attrs: { "aria-label": "Back to the list" } },
      icon("back"),
    ),
    h(
      "button",
      { type: "button", className: "who", title: "About this friend", on: { click: showFriend } },
      picture.element,
      h("span", { className: "two-lines" }, name, status),
    ),
  );
  const messages = messageList(ports);
  const writing = composer(ports);
  const nobody = h(
    "div",
    { className: "nobody" },
    icon("bubble"),
    h("p", {}, "Choose a friend to read and write."),
  );
  const gone = h("p", { className: "gone" });
  const element = h(
    "section",
    { className: "conversation", attrs: { "aria-label": "Conversation" } },
    header,
    messages.element,
    gone,
    writing.element,
    nobody,
  );

  const update = () => {
    const { selected } = model;
    const friend = selectedFriend();
    nobody.hidden = selected !== undefined;
    header.hidden = messages.element.hidden = selected === undefined;
    writing.element.hidden = friend === undefined || model.blocked.has(friend.uuid);
    gone.hidden = selected === undefined || !model.listed || !writing.element.hidden;
    setText(gone, friend ? "You blocked this user." : "You are not friends with this user.");
    if (friend) {
      picture.update?.(friend);
      setText(name, nameOf(friend));
      setText(status, statusOf(model, friend.uuid, now()));
    } else if (model.listed) {
      setText(name, "Nobody you know");
      setText(status, "");
    }
    messages.update();
    writing.update();
  };
  return { element, update, focus: writing.focus };
}

function statusOf(model: Model, uuid: string, now: number): string {
  if (model.conversations.with(uuid).isTyping(now)) return "typing…";
  const presence = model.presence.get(uuid);
  if (presence?.online) return "online";
  return presence ? lastSeen(presence.lastSeen, now) : "";
}
