/**
 * @module web/views/entrance/code-step
 * The second step of registering and of setting a password: the code that was mailed.
 */
import { codeField, form, linkButton } from "../../dom/form.ts";
import { type Child, h, setText } from "../../dom/h.ts";
import { explain } from "../../model/words.ts";

export interface CodeStep {
  readonly email: string;
  readonly submit: string;
  /** Has the code mailed once more. */
  readonly again: () => Promise<void>;
  readonly back: () => void;
  readonly action: (values: Readonly<Record<string, string>>) => Promise<void>;
}

/** @param more further fields of the step, after the code. */
export function codeStep(
  { email, submit, again, back, action }: CodeStep,
  ...more: readonly Child[]
): HTMLElement {
  const said = h("p", { className: "hint", attrs: { role: "status" } });
  const repeat = async () => {
    try {
      await again();
      setText(said, "A new code is on its way; the former one is void.");
    } catch (error) {
      setText(said, explain(error));
    }
  };
  return h(
    "div",
    {},
    h("h2", {}, "Check your mail"),
    h("p", { className: "lead" }, "We sent a code of six digits to ", h("strong", {}, email), "."),
    form({ submit, action }, codeField(), ...more),
    said,
    h(
      "p",
      { className: "aside" },
      linkButton("Back", back),
      linkButton("Send it again", () => void repeat()),
    ),
    h(
      "details",
      { className: "hint" },
      h("summary", {}, "No mail? Running your own server?"),
      "With the outbox transport nothing is mailed: the code is in the server's log, in the line ",
      h("code", {}, "mail.outbox"),
      ", and in the newest file of ",
      h("code", {}, "data/outbox"),
      ".",
    ),
  );
}
