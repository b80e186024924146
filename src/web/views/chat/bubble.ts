/**
 * @module web/views/chat/bubble
 * One text, with what it answers, the reactions to it, its time and, where it is one's own, how far it got.
 */
import type { ChatMessage, Reaction } from "../../../client/index.ts";
import { h, setText } from "../../dom/h.ts";
import { icon } from "../../dom/icons.ts";
import type { Row } from "../../dom/keyed.ts";
import { linked } from "../../dom/linked.ts";
import type { Conversation } from "../../model/conversation.ts";
import { clockTime } from "../../model/times.ts";
import { explain } from "../../model/words.ts";
import type { TextItem } from "./items.ts";
import { messageMenu } from "./message-menu.ts";
import type { ChatPorts } from "./ports.ts";

const PROGRESS = {
  waiting: { picture: "waiting", words: "on its way" },
  sent: { picture: "sent", words: "sent" },
  delivered: { picture: "delivered", words: "delivered" },
  read: { picture: "delivered", words: "read" },
  refused: { picture: "alert", words: "not sent" },
} as const;

export function bubble(ports: ChatPorts, { id, mine }: TextItem): Row<TextItem> {
  const { model, talk } = ports.account;
  let shown: TextItem | undefined;
  const sender = h("span", { className: "hint sender", hidden: true });
  const quote = h("blockquote", { className: "hint", hidden: true });
  const words = h("span", { className: "words" });
  const time = h("time");
  const meta = h("span", { className: "meta" }, time);
  const reactions = h("span", { className: "reactions", hidden: true });
  const problem = h("div", { className: "refused", hidden: true });
  const menu = messageMenu(ports, () => shown?.message);
  const element = h(
    "li",
    { className: mine ? "text mine" : "text" },
    h(
      "div",
      { className: "bubble" },
      h("span", { className: "sr-only" }, mine ? "You: " : ""),
      sender,
      quote,
      words,
      meta,
      menu,
    ),
    reactions,
    problem,
  );

  const button = (label: string, run: (conversation: Conversation) => void) =>
    h(
      "button",
      { type: "button", className: "link", on: { click: () => model.selected && run(model.selected) } },
      label,
    );
  const showProblem = (reason: string) =>
    problem.replaceChildren(
      `Not sent. ${reason} `,
      button("Try again", (conversation) => talk.again(conversation, id)),
      button("Discard", (conversation) => talk.discard(conversation, id)),
    );
  const react = (conversation: Conversation, message: ChatMessage, emoji: string) =>
    void talk.react(conversation, message, emoji).catch((error) => ports.note(explain(error)));
  const reacted = ({ emoji, count, mine: own }: Reaction): HTMLElement => {
    const one = button(`${emoji} ${count}`, (conversation) => {
      if (shown?.message) react(conversation, shown.message, emoji);
    });
    one.setAttribute("aria-pressed", String(own));
    return one;
  };

  return {
    element,
    update: (item) => {
      const before = shown;
      shown = item;
      const { at, content, progress, problem: reason, leads, answers, message } = item;
      element.classList.toggle("leads", leads);
      element.classList.toggle("recalled", message?.recalled === true);
      menu.hidden = message === undefined || message.recalled === true;
      sender.hidden = item.sender === undefined || !leads;
      if (item.sender !== undefined) setText(sender, model.nameOf(item.sender));
      quote.hidden = answers === undefined;
      if (answers) setText(quote, `${model.nameOf(answers.sender)}: ${answers.content}`);
      if (before?.content !== content) words.replaceChildren(...linked(content));
      if (before?.reactions !== item.reactions) reactions.replaceChildren(...item.reactions.map(reacted));
      reactions.hidden = item.reactions.length === 0;
      setText(time, (message?.editedSeq !== undefined ? "edited, " : "") + clockTime(at));
      time.dateTime = new Date(at).toISOString();
      if (progress === undefined || progress === before?.progress) return;
      element.dataset.progress = progress;
      meta.replaceChildren(time, icon(PROGRESS[progress].picture, PROGRESS[progress].words));
      problem.hidden = reason === undefined;
      if (reason !== undefined) showProblem(reason);
    },
  };
}
