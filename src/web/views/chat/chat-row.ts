/**
 * @module web/views/chat/chat-row
 * A conversation in the list: whose it is, the last words, when, and how many are unread.
 */
import { h, setText } from "../../dom/h.ts";
import type { Row } from "../../dom/keyed.ts";
import type { Conversation } from "../../model/conversation.ts";
import { shortTime } from "../../model/times.ts";
import { chatAvatar } from "../avatar.ts";
import { type ChatPorts, conversationHash } from "./ports.ts";

export function chatRow({ account: { model }, now }: ChatPorts): (chat: Conversation) => Row<Conversation> {
  return (chat) => {
    const picture = chatAvatar(model);
    const name = h("span", { className: "name" });
    const time = h("time", { className: "when" });
    const last = h("span", { className: "last" });
    const unread = h("span", { className: "badge" });
    const link = h(
      "a",
      {},
      picture.element,
      h(
        "span",
        { className: "two-lines" },
        h("span", { className: "line" }, name, time),
        h("span", { className: "line" }, last, unread),
      ),
    );
    const lastWords = (): string => {
      if (chat.isTyping(now())) return "typing…";
      if (chat.last === undefined)
        return chat.peer === undefined ? "" : `@${model.friends.get(chat.peer)?.username}`;
      const { kind, sender, preview } = chat.last;
      const isNotice = kind === "members";
      if (isNotice || (chat.peer !== undefined && sender === chat.peer)) return preview;
      return `${model.nameOf(sender)}: ${preview}`;
    };
    return {
      element: h("li", {}, link),
      update: () => {
        link.href = conversationHash(chat);
        picture.update?.(chat);
        setText(name, model.titleOf(chat));
        setText(time, chat.last ? shortTime(chat.last.at, now()) : "");
        setText(last, lastWords());
        last.classList.toggle("typing", chat.isTyping(now()));
        const count = chat.unread;
        setText(unread, count > 99 ? "99+" : String(count));
        unread.hidden = count === 0;
        unread.classList.toggle("muted", chat.settings.mutedUntil > now());
        unread.setAttribute("aria-label", `${count} unread`);
        if (model.selected === chat) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      },
    };
  };
}
