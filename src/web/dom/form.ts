/**
 * @module web/dom/form
 * A form whose action may fail: while it runs the form waits, and what went wrong is said in it.
 */
import { explain } from "../model/words.ts";
import { type Child, h, type Props, setText } from "./h.ts";

/** A labelled input. `hint` says what is expected. */
export function field(
  label: string,
  props: Props<HTMLInputElement> & { name: string },
  hint?: string,
): HTMLElement {
  const hintId = `${props.name}-hint`;
  const input = h("input", { required: true, spellcheck: false, ...props });
  if (hint !== undefined) input.setAttribute("aria-describedby", hintId);
  return h(
    "label",
    { className: "field" },
    h("span", { className: "label" }, label),
    input,
    hint !== undefined && h("span", { className: "hint", id: hintId }, hint),
  );
}

/** The six digits of a mailed code. */
export function codeField(): HTMLElement {
  return field("Code", {
    name: "code",
    className: "code",
    inputMode: "numeric",
    autocomplete: "one-time-code",
    pattern: "[0-9]{6}",
    maxLength: 6,
    placeholder: "······",
    title: "The six digits of the mail",
  });
}

const PASSWORD_RULE = "At least 8 characters, with an upper-case letter, a lower-case letter and a digit.";

/** A password that is set, held against the server's rule before it is sent. */
export function newPasswordField(label: string): HTMLElement {
  return field(
    label,
    {
      name: "password",
      type: "password",
      autocomplete: "new-password",
      pattern: "(?=.*[A-Z])(?=.*[a-z])(?=.*[0-9]).{8,}",
      title: PASSWORD_RULE,
    },
    PASSWORD_RULE,
  );
}

/** A button that looks like a link. */
export const linkButton = (label: string, click: () => void): HTMLButtonElement =>
  h("button", { type: "button", className: "link", on: { click } }, label);

export interface FormOptions {
  /** The label of the button that submits. */
  readonly submit: string;
  /** Gets the form's values by name; what it throws is shown. */
  readonly action: (values: Readonly<Record<string, string>>) => Promise<void>;
}

export function form({ submit, action }: FormOptions, ...children: readonly Child[]): HTMLFormElement {
  const problem = h("p", { className: "problem", attrs: { role: "alert" } });
  const button = h("button", { type: "submit", className: "primary" }, submit);
  const run = async (): Promise<void> => {
    if (button.disabled) return;
    setText(problem, "");
    button.disabled = true;
    element.setAttribute("aria-busy", "true");
    try {
      const values = [...new FormData(element)].map(([name, value]) => [name, String(value)]);
      await action(Object.fromEntries(values));
    } catch (error) {
      setText(problem, explain(error));
    }
    button.disabled = false;
    element.removeAttribute("aria-busy");
  };
  const element = h(
    "form",
    {
      on: {
        submit: (event) => {
          event.preventDefault();
          void run();
        },
      },
    },
    ...children,
    problem,
    button,
  );
  return element;
}
