/**
 * @module web/views/chat/composer
 * Where one writes. Enter sends, Shift+Enter begins a line; what is half written stays with its conversation.
 */
import { h } from "../../dom/h.ts";
import { icon } from "../../dom/icons.ts";
import type { ChatPorts, View } from "./ports.ts";

export function composer({ account }: ChatPorts): View & { focus(): void } {
  const { model } = account;
  const drafts = new Map<string, string>();
  let peer: string | undefined;

  const send = () => {
    const text = input.value.trim();
    if (text === "" || peer === undefined) return;
    account.send(peer, text);
    input.value = "";
    drafts.delete(peer);
    changed();
  };
  const input = h("textarea", {
    rows: 1,
    placeholder: "Write a message",
    enterKeyHint: "send",
    attrs: { "aria-label": "Message" },
    on: {
      input: () => {
        if (peer !== undefined && input.value !== "") account.typing(peer);
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
      if (model.selected === peer) return;
      if (peer !== undefined) drafts.set(peer, input.value);
      peer = model.selected;
      input.value = drafts.get(peer ?? "") ?? "";
      changed();
    },
    focus: () => {
      // On a phone the keyboard would cover what one came to read.
      if (matchMedia("(pointer: fine)").matches) setTimeout(() => input.focus());
    },
  };
}
