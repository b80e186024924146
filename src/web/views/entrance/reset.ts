/**
 * @module web/views/entrance/reset
 * A new password for who forgot the old one, with a mailed code. It ends every session of the account.
 */
import { ChatError, Code } from "../../../client/index.ts";
import { field, form, linkButton, newPasswordField } from "../../dom/form.ts";
import { h } from "../../dom/h.ts";
import { codeStep } from "./code-step.ts";
import { type EntrancePorts, focusFirst } from "./ports.ts";

export function resetForm({ api, enter, show }: EntrancePorts): HTMLElement {
  const place = h("div");
  const first = h(
    "div",
    {},
    h("h2", {}, "Set a new password"),
    h("p", { className: "lead" }, "Tell us the account, and we mail you a code."),
    form(
      {
        submit: "Send me a code",
        action: async ({ username = "", email = "" }) => {
          const exists = await api.accountExists({ username, email });
          if (!exists) throw new ChatError(Code.NO_SUCH_ACCOUNT);
          await api.getVerification(email);
          place.replaceChildren(second(username, email));
          focusFirst(place);
        },
      },
      field("User name", { name: "username", autocomplete: "username", autocapitalize: "none" }),
      field("E-mail", { name: "email", type: "email", autocomplete: "email" }),
    ),
    h(
      "p",
      { className: "aside" },
      linkButton("Back to the login", () => show("login")),
    ),
  );
  const second = (username: string, email: string) =>
    codeStep(
      {
        email,
        submit: "Set the password",
        again: () => api.getVerification(email),
        back: () => place.replaceChildren(first),
        action: async ({ code = "", password = "" }) => {
          await api.resetPassword({ username, email, password, cpatcha: code });
          enter({ username, password });
        },
      },
      newPasswordField("New password"),
    );
  place.append(first);
  return place;
}
