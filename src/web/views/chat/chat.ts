/**
 * @module web/views/chat/chat
 * The page of who is logged in: conversations on one side, a conversation on the other; on a phone one of the two.
 * Which conversation is open stands in the address, so that the back button works.
 */
import { h } from "../../dom/h.ts";
import type { Conversation } from "../../model/conversation.ts";
import { Writing } from "../../model/writing.ts";
import { conversationView } from "./conversation.ts";
import { type ChatPorts, conversationAt, conversationHash, LIST_HASH } from "./ports.ts";
import { sidebar } from "./sidebar.ts";

/** @param signal aborted when the page is left. */
export function chat(given: Omit<ChatPorts, "writing">, signal: AbortSignal): HTMLElement {
  const { account } = given;
  const { model } = account;
  const ports = { ...given, writing: new Writing(model) };
  const side = sidebar(ports);
  const pane = conversationView(ports);
  const element = h(
    "main",
    { className: "chat" },
    h("h1", { className: "sr-only" }, "chatsrv"),
    side.element,
    pane.element,
  );

  const looking = () => document.visibilityState === "visible" && document.hasFocus();
  const update = () => {
    element.classList.toggle("open", model.selected !== undefined);
    document.title = model.unread > 0 ? `(${model.unread}) chatsrv` : "chatsrv";
    if (looking()) account.talk.seen();
    side.update();
    pane.update();
  };
  const followAddress = () => {
    const open = conversationAt(location.hash, model);
    account.talk.select(open);
    if (open === undefined) return;
    if (open.members === undefined) void account.groups.look(open);
    pane.focus();
  };

  signal.addEventListener("abort", model.subscribe(update));
  window.addEventListener("hashchange", followAddress, { signal });
  window.addEventListener("focus", update, { signal });
  document.addEventListener("visibilitychange", update, { signal });
  document.addEventListener(
    "keydown",
    ({ key, defaultPrevented }) => {
      // A dialog takes Esc for itself.
      if (key !== "Escape" || defaultPrevented || document.querySelector("dialog")) return;
      leave(model.selected);
    },
    { signal },
  );
  followAddress();
  update();
  return element;

  /** Closes the conversation; the focus goes to where it was opened. */
  function leave(open: Conversation | undefined): void {
    if (open === undefined) return;
    location.hash = LIST_HASH;
    element.querySelector<HTMLElement>(`a[href="${conversationHash(open)}"]`)?.focus();
  }
}
