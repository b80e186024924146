/**
 * @module web/views/entrance/entrance
 * What is shown to who is not logged in: log in, register or set a new password.
 */
import { h } from "../../dom/h.ts";
import { icon } from "../../dom/icons.ts";
import { loginForm } from "./login.ts";
import { type EntranceForm, type EntrancePorts, focusFirst } from "./ports.ts";
import { registerForm } from "./register.ts";
import { resetForm } from "./reset.ts";

/** @param notice why one is here, where there is something to say. */
export function entrance(ports: Omit<EntrancePorts, "show">, notice = ""): HTMLElement {
  const card = h("section", { className: "card" });
  const show = (name: EntranceForm) => {
    const make = { login: loginForm, register: registerForm, reset: resetForm }[name];
    card.replaceChildren(make({ ...ports, show }));
    focusFirst(card);
  };
  // The card must be in the page before something in it can have the focus.
  queueMicrotask(() => show("login"));
  return frame(card, notice);
}

/** A page outside any account: whose it is, what there is to say, and a card. */
export function frame(card: HTMLElement, notice = ""): HTMLElement {
  return h(
    "main",
    { className: "entrance" },
    h(
      "div",
      { className: "brand" },
      h("span", { className: "mark" }, icon("bubble")),
      h("h1", {}, "chatsrv"),
      h("p", {}, "Messages that arrive: once, in order, always."),
    ),
    notice !== "" && h("p", { className: "notice", attrs: { role: "status" } }, notice),
    card,
  );
}
