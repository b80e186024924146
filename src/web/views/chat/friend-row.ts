/**
 * @module web/views/chat/friend-row
 * A friend in the list: name, the last words, when, and how many are unread.
 */
import type { ChatMessage, Friend } from "../../../client/index.ts";
import { kindSpec } from "../../../wire/kinds.ts";
import { h, setText } from "../../dom/h.ts";
import type { Row } from "../../dom/keyed.ts";
import { nameOf } from "../../model/model.ts";
import { shortTime } from "../../model/times.ts";
import { friendAvatar } from "../avatar.ts";
import { type ChatPorts, conversationHash } from "./ports.ts";

export function friendRow({ account: { model }, now }: ChatPorts): (friend: Friend) => Row<Friend> {
  return ({ uuid }) => {
    const picture = friendAvatar(model);
    const name = h("span", { className: "name" });
    const time = h("time", { className: "when" });
    const last = h("span", { className: "last" });
    const unread = h("span", { className: "badge" });
    const link = h(
      "a",
      { href: conversationHash(uuid) },
      picture.element,
      h(
        "span",
        { className: "two-lines" },
        h("span", { className: "line" }, name, time),
        h("span", { className: "line" }, last, unread),
      ),
    );
    return {
      element: h("li", {}, link),
      update: (friend) => {
        const conversation = model.conversations.with(uuid);
        const message = conversation.last;
        const typing = conversation.isTyping(now());
        picture.update?.(friend);
        setText(name, nameOf(friend));
        setText(time, message ? shortTime(message.at, now()) : "");
        setText(last, typing ? "typing…" : message ? preview(message) : `@${friend.username}`);
        last.classList.toggle("typing", typing);
        const count = conversation.unread;
        setText(unread, count > 99 ? "99+" : String(count));
        unread.hidden = count === 0;
        unread.setAttribute("aria-label", `${count} unread`);
        if (model.selected === conversation) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      },
    };
  };
}

const preview = ({ mine, kind, content }: ChatMessage): string =>
  (mine ? "You: " : "") + kindSpec(kind).preview({ body: content });
