/**
 * @module web/views/chat/composer
 * Where one writes. Enter sends, Shift+Enter begins a line; what is half written stays with its conversation.
 */
import { h } from "../../dom/h.ts";
import { icon } from "../../dom/icons.ts";
import type { Conversation } from "../../model/conversation.ts";
import type { ChatPorts, View } from "./ports.ts";

export function composer({ account }: ChatPorts): View & { focus(): void } {
  const { model } = account;
  const drafts = new Map<Conversation, string>();
  let open: Conversation | undefined;

  const send = () => {
    const text = input.value.trim();
    if (text === "" || open === undefined) return;
    account.send(open, text);
    input.value = "";
    drafts.delete(open);
    changed();
  };
  const input = h("textarea", {
    rows: 1,
    placeholder: "Write a message",
    enterKeyHint: "send",
    attrs: { "aria-label": "Message" },
    on: {
      input: () => {
        if (open !== undefined && input.value !== "") account.typing(open);
        changed();
      },
      keydown: (event) => {
        // While an input method composes, Enter belongs to it.
        if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        send();
      },
    },
  });
  const button = h(
    "button",
    { type: "submit", className: "send", attrs: { "aria-label": "Send" } },
    icon("send"),
  );
  const changed = () => {
    button.disabled = input.value.trim() === "";
  };
  const element = h(
    "form",
    {
      className: "composer",
      on: {
        submit: (event) => {
          event.preventDefault();
          send();
          input.focus();
        },
      },
    },
    input,
    button,
  );

  return {
    element,
    update: () => {
      if (model.selected === open) return;
      if (open !== undefined) drafts.set(open, input.value);
      open = model.selected;
      input.value = (open && drafts.get(open)) ?? "";
      changed();
    },
    focus: () => {
      // On a phone the keyboard would cover what one came to read.
      if (matchMedia("(pointer: fine)").matches) setTimeout(() => input.focus());
    },
  };
}
