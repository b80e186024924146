/**
 * @module web/views/chat/conversation
 * The open conversation: who it is with, the messages, and where one writes.
 */
import { h, setText } from "../../dom/h.ts";
import { icon } from "../../dom/icons.ts";
import type { Conversation } from "../../model/conversation.ts";
import type { Model } from "../../model/model.ts";
import { lastSeen } from "../../model/times.ts";
import { chatAvatar } from "../avatar.ts";
import { friendDialog } from "../dialogs/friend.ts";
import { groupDialog } from "../dialogs/group.ts";
import { composer } from "./composer.ts";
import { messageList } from "./message-list.ts";
import { type ChatPorts, LIST_HASH, type View } from "./ports.ts";

export function conversationView(ports: ChatPorts): View & { focus(): void } {
  const { account, now } = ports;
  const { model } = account;
  const picture = chatAvatar(model);
  const name = h("span", { className: "name" });
  const status = h("span", { className: "status", attrs: { role: "status" } });
  const selectedFriend = () => model.friends.get(model.selected?.peer ?? "");
  const showAbout = () => {
    const { selected } = model;
    const friend = selectedFriend();
    if (friend) friendDialog(ports, friend);
    else if (selected && selected.peer === undefined) void groupDialog(ports, selected);
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
      { type: "button", className: "who", title: "About this conversation", on: { click: showAbout } },
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
    h("p", {}, "Choose a conversation to read and write."),
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
    nobody.hidden = selected !== undefined;
    header.hidden = messages.element.hidden = selected === undefined;
    const problem = selected && whyMute(model, selected);
    writing.element.hidden = selected === undefined || problem !== undefined;
    gone.hidden = problem === undefined || problem === "";
    setText(gone, problem ?? "");
    if (selected) {
      picture.update?.(selected);
      setText(name, model.titleOf(selected));
      setText(status, statusOf(model, selected, now()));
    }
    messages.update();
    writing.update();
  };
  return { element, update, focus: writing.focus };
}

/** Why one cannot write there; undefined when one can, "" while it is not known yet. */
function whyMute(model: Model, { peer, isOver }: Conversation): string | undefined {
  if (peer === undefined) return isOver ? "You are not in this group any more." : undefined;
  if (model.blocked.has(peer)) return "You blocked this user.";
  if (model.friends.has(peer)) return undefined;
  return model.listed ? "You are not friends with this user." : "";
}

function statusOf(model: Model, conversation: Conversation, now: number): string {
  const { peer, members } = conversation;
  if (conversation.isTyping(now)) return "typing…";
  if (peer === undefined) return members ? `${members.size} members` : "";
  const presence = model.presence.get(peer);
  if (presence?.online) return "online";
  return presence ? lastSeen(presence.lastSeen, now) : "";
}
