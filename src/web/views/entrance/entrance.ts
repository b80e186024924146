/**
 * @module web/views/entrance/entrance
 * What is shown to who is not logged in: log in, register or set a new password.
 */
import type { Credentials, HttpApi } from "../../../client/index.ts";
import { h } from "../../dom/h.ts";
import { icon } from "../../dom/icons.ts";
import { loginForm } from "./login.ts";
import { registerForm } from "./register.ts";
import { resetForm } from "./reset.ts";

/** What the forms need, and where they lead. */
export interface EntrancePorts {
  readonly api: HttpApi;
  /** The account is known: go in. */
  enter(credentials: Credentials): void;
  /** Shows another form. */
  show(form: EntranceForm): void;
}

export type EntranceForm = "login" | "register" | "reset";

/** @param notice why one is here, where there is something to say. */
export function entrance(ports: Omit<EntrancePorts, "show">, notice = ""): HTMLElement {
  const card = h("section", { className: "card" });
  const show = (name: EntranceForm) => {
    const make = { login: loginForm, register: registerForm, reset: resetForm }[name];
    card.replaceChildren(make({ ...ports, show }));
    focusFirst(card);
  };
  const element = h(
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
  // The card must be in the page before something in it can have the focus.
  queueMicrotask(() => show("login"));
  return element;
}

/** Puts the cursor where one begins to write. */
export function focusFirst(parent: HTMLElement): void {
  const inputs = [...parent.querySelectorAll("input")];
  (inputs.find((input) => input.value === "") ?? inputs[0])?.focus();
}
