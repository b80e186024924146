/**
 * @module web/views/chat/hits
 * Messages that were found by what they say; one of them leads to its conversation.
 */
import type { ChatMessage } from "../../../client/index.ts";
import { linkButton } from "../../dom/form.ts";
import { h } from "../../dom/h.ts";
import { shortTime } from "../../model/times.ts";
import { explain } from "../../model/words.ts";
import { type ChatPorts, conversationHash } from "./ports.ts";

export interface Hits {
  readonly element: HTMLElement;
  /** Looks for a text in all conversations. */
  look(text: string): Promise<void>;
  /** Shows none any more. */
  clear(): void;
}

export function hitList({ account: { model, talk }, note, now }: ChatPorts): Hits {
  const list = h("ul", { className: "friends", attrs: { "aria-label": "Messages found" } });
  const rest = h("p");
  const element = h("div", { hidden: true }, list, rest);
  /** What is being looked for; an answer to anything before comes too late. */
  let wanted = "";

  const row = (message: ChatMessage): HTMLElement => {
    const conversation = model.conversations.at(message);
    return h(
      "li",
      {},
      h(
        "a",
        { href: conversationHash(conversation) },
        h(
          "span",
          { className: "two-lines" },
          h(
            "span",
            { className: "line" },
            h("span", { className: "name" }, model.titleOf(conversation)),
            h("time", { className: "when" }, shortTime(message.at, now())),
          ),
          h("span", { className: "last" }, `${model.nameOf(message.sender)}: ${message.content}`),
        ),
      ),
    );
  };
  const page = async (text: string, before?: string): Promise<void> => {
    try {
      const { hits, next } = await talk.search(text, before);
      if (wanted !== text) return;
      list.append(...hits.map(row));
      rest.replaceChildren(
        ...(next !== undefined ? [linkButton("More", () => void page(text, next))] : []),
        ...(next === undefined && list.childElementCount === 0 ? ["No message says that."] : []),
      );
    } catch (error) {
      note(explain(error));
    }
  };
  return {
    element,
    look: (text) => {
      wanted = text;
      list.replaceChildren();
      rest.replaceChildren();
      element.hidden = false;
      return page(text);
    },
    clear: () => {
      wanted = "";
      element.hidden = true;
    },
  };
}
