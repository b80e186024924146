/**
 * @module web/views/entrance/elsewhere
 * What a window shows when the account was opened in another one of this browser: a device has one session at a time.
 */
import { h } from "../../dom/h.ts";
import { explainEnd } from "../../model/words.ts";
import { frame } from "./entrance.ts";

/** @param again takes the account back into this window. */
export function elsewhere(again: () => void): HTMLElement {
  const button = h(
    "button",
    { type: "button", className: "primary", on: { click: again } },
    "Use it in this window",
  );
  queueMicrotask(() => button.focus());
  return frame(h("section", { className: "card" }, h("p", {}, explainEnd("replaced")), button));
}
