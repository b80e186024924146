/**
 * @module web/views/chat/friend-row
 * A friend in the list: name, the last words, when, and how many are unread.
 */
import type { Friend } from "../../../client/index.ts";
import { h, setText } from "../../dom/h.ts";
import type { Row } from "../../dom/keyed.ts";
import { nameOf } from "../../model/model.ts";
import { shortTime } from "../../model/times.ts";
import { friendAvatar } from "../avatar.ts";
import { type ChatPorts, conversationHash } from "./ports.ts";

/** Characters of the last message that the list may need; style.css cuts what does not fit. */
const PREVIEW_LENGTH = 120;

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
        const conversation = model.conversation(uuid);
        const message = conversation.last;
        const typing = model.isTyping(uuid, now());
        picture.update?.(friend);
        setText(name, nameOf(friend));
        setText(time, message ? shortTime(message.at, now()) : "");
        setText(last, typing ? "typing…" : message ? preview(message) : `@${friend.username}`);
        last.classList.toggle("typing", typing);
        const count = conversation.unread;
        setText(unread, count > 99 ? "99+" : String(count));
        unread.hidden = count === 0;
        unread.setAttribute("aria-label", `${count} unread`);
        if (model.selected === uuid) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      },
    };
  };
}

const preview = ({ mine, content }: { mine: boolean; content: string }): string =>
  (mine ? "You: " : "") + content.slice(0, PREVIEW_LENGTH).replace(/\s+/g, " ");
