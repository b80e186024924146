/**
 * @module web/views/dialogs/confirmed-button
 * A button that asks once more, in its own words, before it acts.
 */
import { h, setText } from "../../dom/h.ts";

/** @param question undefined for one that acts at once. */
export function confirmedButton(
  label: string,
  question: string | undefined,
  run: () => Promise<void>,
): HTMLElement {
  let asked = question === undefined;
  const button = h("button", { type: "button", className: "plain danger" }, label);
  button.addEventListener("click", () => {
    if (asked) void run();
    else setText(button, `${question}?`);
    asked = true;
  });
  return button;
}
