/**
 * @module web/dom/note
 * Short notes at the lower edge that go away by themselves; a screen reader reads them out.
 */
import { h } from "./h.ts";

/** How long a note stays, milliseconds. */
const STAYS_MS = 5_000;

/** @returns the place for notes, and the function that shows one. */
export function notes(): { readonly element: HTMLElement; note(text: string): void } {
  const element = h("div", { className: "notes", popover: "manual", attrs: { role: "status" } });
  return {
    element,
    note: (text) => {
      const one = h("p", { className: "note" }, text);
      element.append(one);
      // Shown anew, it lies above a dialog that was opened since.
      element.hidePopover();
      element.showPopover();
      setTimeout(() => {
        one.remove();
        if (element.childElementCount === 0) element.hidePopover();
      }, STAYS_MS);
    },
  };
}
