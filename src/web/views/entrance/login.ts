/**
 * @module web/views/entrance/login
 * Log in with name and password.
 */
import { field, form, linkButton } from "../../dom/form.ts";
import { h } from "../../dom/h.ts";
import type { EntrancePorts } from "./ports.ts";

export function loginForm({ api, enter, show }: EntrancePorts): HTMLElement {
  return h(
    "div",
    {},
    h("h2", {}, "Welcome back"),
    form(
      {
        submit: "Log in",
        action: async ({ username = "", password = "" }) => {
          const placement = await api.login(username, password);
          enter({ username, password, placement });
        },
      },
      field("User name", { name: "username", autocomplete: "username", autocapitalize: "none" }),
      field("Password", { name: "password", type: "password", autocomplete: "current-password" }),
    ),
    h(
      "p",
      { className: "aside" },
      linkButton("Create an account", () => show("register")),
      linkButton("Forgot the password?", () => show("reset")),
    ),
  );
}
