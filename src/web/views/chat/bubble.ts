/**
 * @module web/views/chat/bubble
 * One text, with its time and, where it is one's own, how far it got.
 */
import { h, setText } from "../../dom/h.ts";
import { icon } from "../../dom/icons.ts";
import type { Row } from "../../dom/keyed.ts";
import { linked } from "../../dom/linked.ts";
import type { Conversation } from "../../model/conversation.ts";
import { clockTime } from "../../model/times.ts";
import type { TextItem } from "./items.ts";
import type { ChatPorts } from "./ports.ts";

const PROGRESS = {
  waiting: { picture: "waiting", words: "on its way" },
  sent: { picture: "sent", words: "sent" },
  delivered: { picture: "delivered", words: "delivered" },
  read: { picture: "delivered", words: "read" },
  refused: { picture: "alert", words: "not sent" },
} as const;

export function bubble({ account }: ChatPorts, item: TextItem): Row<TextItem> {
  const { id, content, mine } = item;
  const time = h("time");
  const meta = h("span", { className: "meta" }, time);
  const problem = h("div", { className: "refused", hidden: true });
  const element = h(
    "li",
    { className: mine ? "text mine" : "text" },
    h(
      "div",
      { className: "bubble" },
      h("span", { className: "sr-only" }, mine ? "You: " : ""),
      h("span", { className: "words" }, ...linked(content)),
      meta,
    ),
    problem,
  );
  let shown: TextItem["progress"];

  const action = (label: string, run: (conversation: Conversation) => void) =>
    h(
      "button",
      {
        type: "button",
        className: "link",
        on: { click: () => account.model.selected && run(account.model.selected) },
      },
      label,
    );
  const showProblem = (reason: string) =>
    problem.replaceChildren(
      `Not sent. ${reason} `,
      action("Try again", (conversation) => account.send(conversation, content, id)),
      action("Discard", (conversation) => account.discard(conversation, id)),
    );

  return {
    element,
    update: ({ at, progress, problem: reason, leads }) => {
      element.classList.toggle("leads", leads);
      setText(time, clockTime(at));
      time.dateTime = new Date(at).toISOString();
      if (progress === undefined || progress === shown) return;
      shown = progress;
      element.dataset.progress = progress;
      meta.replaceChildren(time, icon(PROGRESS[progress].picture, PROGRESS[progress].words));
      problem.hidden = reason === undefined;
      if (reason !== undefined) showProblem(reason);
    },
  };
}
