/**
 * @module web/views/chat/notice
 * A line between the messages: what became of the group.
 */
import { h, setText } from "../../dom/h.ts";
import type { Row } from "../../dom/keyed.ts";
import { membersWords } from "../../model/members.ts";
import type { NoticeItem } from "./items.ts";
import type { ChatPorts } from "./ports.ts";

export function noticeRow({ account: { model } }: ChatPorts): Row<NoticeItem> {
  const words = h("span");
  return {
    element: h("li", { className: "day" }, words),
    update: ({ message }) =>
      setText(
        words,
        membersWords(message, (uuid) => model.nameOf(uuid)),
      ),
  };
}
