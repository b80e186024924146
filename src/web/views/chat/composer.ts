/**
 * @module web/views/chat/composer
 * Where one writes. Enter sends, Shift+Enter begins a line; what is half written stays with its conversation. Above it
 * stands what is answered or changed; Esc gives that up.
 */
import { linkButton } from "../../dom/form.ts";
import { h, setText } from "../../dom/h.ts";
import { icon } from "../../dom/icons.ts";
import type { Conversation } from "../../model/conversation.ts";
import { explain } from "../../model/words.ts";
import type { Purpose } from "../../model/writing.ts";
import type { ChatPorts, View } from "./ports.ts";

export function composer({ account, writing, note }: ChatPorts): View & { focus(): void } {
  const { model, talk } = account;
  const drafts = new Map<Conversation, string>();
  let open: Conversation | undefined;
  let purpose: Purpose = writing.purpose;

  const send = () => {
    const text = input.value.trim();
    if (text === "" || open === undefined) return;
    if (purpose.kind === "edit")
      talk.edit(open, purpose.message, text).catch((error) => note(explain(error)));
    else talk.send(open, text, purpose.kind === "answer" ? { replyTo: purpose.message.seq } : {});
    input.value = "";
    drafts.delete(open);
    changed();
    writing.done();
  };
  const give = (): void => {
    if (purpose.kind === "edit") input.value = "";
    writing.done();
    changed();
  };
  const input = h("textarea", {
    rows: 1,
    placeholder: "Write a message",
    enterKeyHint: "send",
    attrs: { "aria-label": "Message" },
    on: {
      input: () => {
        if (open !== undefined && input.value !== "") talk.typing(open);
        changed();
      },
      keydown: (event) => {
        if (event.key === "Escape" && purpose.kind !== "new") {
          event.preventDefault();
          give();
        }
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
  const about = h("span");
  const bar = h("p", { className: "hint purpose", hidden: true }, about, " ", linkButton("Cancel", give));
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
    bar,
    input,
    button,
  );

  const follow = (next: Purpose): void => {
    if (next === purpose) return;
    purpose = next;
    bar.hidden = next.kind === "new";
    if (next.kind === "new") return;
    const { message } = next;
    setText(about, next.kind === "edit" ? "Another text for:" : `Answer to ${model.nameOf(message.sender)}:`);
    about.append(` ${message.content.slice(0, 80)}`);
    if (next.kind === "edit") input.value = message.content;
    changed();
    input.focus();
  };

  return {
    element,
    update: () => {
      if (model.selected !== open) {
        if (open !== undefined) drafts.set(open, input.value);
        open = model.selected;
        input.value = (open && drafts.get(open)) ?? "";
        changed();
      }
      follow(writing.purpose);
    },
    focus: () => {
      // On a phone the keyboard would cover what one came to read.
      if (matchMedia("(pointer: fine)").matches) setTimeout(() => input.focus());
    },
  };
}
