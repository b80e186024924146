/**
 * @module web/views/entrance/register
 * A new account: name, e-mail and password first, then the mailed code; afterwards one is in.
 */
import { field, form, linkButton, newPasswordField } from "../../dom/form.ts";
import { h } from "../../dom/h.ts";
import { codeStep } from "./code-step.ts";
import { type EntrancePorts, focusFirst } from "./ports.ts";

export function registerForm({ api, enter, show }: EntrancePorts): HTMLElement {
  const place = h("div");
  const first = h(
    "div",
    {},
    h("h2", {}, "Create an account"),
    form(
      {
        submit: "Send me a code",
        action: async ({ username = "", email = "", password = "" }) => {
          await api.getVerification(email);
          place.replaceChildren(second(username, email, password));
          focusFirst(place);
        },
      },
      field("User name", {
        name: "username",
        autocomplete: "username",
        autocapitalize: "none",
        maxLength: 50,
      }),
      field("E-mail", { name: "email", type: "email", autocomplete: "email", maxLength: 100 }),
      newPasswordField("Password"),
    ),
    h(
      "p",
      { className: "aside" },
      linkButton("I have an account", () => show("login")),
    ),
  );
  const second = (username: string, email: string, password: string) =>
    codeStep({
      email,
      submit: "Create the account",
      again: () => api.getVerification(email),
      back: () => place.replaceChildren(first),
      action: async ({ code = "" }) => {
        await api.register({ username, email, password, cpatcha: code });
        enter({ username, password });
      },
    });
  place.append(first);
  return place;
}
