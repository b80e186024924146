/**
 * @module web/views/chat/message-menu
 * What can be done with one message: answer it, react to it, and with one's own: change it, take it back.
 */
import type { ChatMessage } from "../../../client/index.ts";
import { h } from "../../dom/h.ts";
import { explain } from "../../model/words.ts";
import { readersDialog } from "../dialogs/readers.ts";
import type { ChatPorts } from "./ports.ts";

const EMOJIS = ["👍", "❤️", "😂", "😮", "😢"] as const;

/** @param messageOf the message as it is when the menu is opened. */
export function messageMenu(ports: ChatPorts, messageOf: () => ChatMessage | undefined): HTMLElement {
  const { note, writing } = ports;
  const { model, talk } = ports.account;
  const list = h("div", { className: "menu-choices", hidden: true, attrs: { role: "menu" } });
  const button = h(
    "button",
    {
      type: "button",
      className: "link",
      attrs: {
        "aria-label": "What to do with this message",
        "aria-haspopup": "menu",
        "aria-expanded": "false",
      },
      on: { click: () => show(list.hidden === true) },
    },
    "⋯",
  );
  const show = (open: boolean): void => {
    const message = messageOf();
    list.hidden = !open || message === undefined;
    button.setAttribute("aria-expanded", String(!list.hidden));
    if (!list.hidden && message) list.replaceChildren(...choices(message));
  };
  const choice = (label: string, run: (message: ChatMessage) => void, name = label) =>
    h(
      "button",
      {
        type: "button",
        className: "plain",
        attrs: { role: "menuitem", "aria-label": name },
        on: {
          click: () => {
            const message = messageOf();
            show(false);
            if (message) run(message);
          },
        },
      },
      label,
    );
  const attempt = (run: Promise<void> | undefined) => void run?.catch((error) => note(explain(error)));
  const choices = (message: ChatMessage): HTMLElement[] => {
    if (message.recalled) return [];
    const { selected } = model;
    return [
      ...EMOJIS.map((emoji) =>
        choice(emoji, (one) => attempt(selected && talk.react(selected, one, emoji)), `React with ${emoji}`),
      ),
      choice("Reply", (one) => writing.answer(one)),
      ...(message.mine
        ? [
            choice("Edit", (one) => writing.edit(one)),
            ...(message.peer === undefined
              ? [choice("Who has it", (one) => void readersDialog(ports, one))]
              : []),
            choice("Take back", (one) => attempt(selected && talk.recall(selected, one))),
          ]
        : []),
    ];
  };
  return h(
    "span",
    {
      className: "menu",
      on: {
        keydown: (event) => {
          if (event.key !== "Escape" || list.hidden) return;
          event.preventDefault();
          show(false);
          button.focus();
        },
      },
    },
    button,
    list,
  );
}
