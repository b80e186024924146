/**
 * @module web/dom/dialog
 * A window over the page: Esc, the cross and a click beside it close it; the focus returns to where it was.
 */
import { type Child, h } from "./h.ts";
import { icon } from "./icons.ts";

/** Opens a dialog with a heading. @returns the function that closes it. */
export function openDialog(title: string, ...children: readonly Child[]): () => void {
  const close = () => dialog.close();
  const dialog = h(
    "dialog",
    {
      attrs: { "aria-label": title },
      on: {
        close: () => dialog.remove(),
        click: ({ target }) => {
          if (target === dialog) close();
        },
      },
    },
    h(
      "div",
      { className: "dialog-body" },
      h(
        "header",
        {},
        h("h2", {}, title),
        h(
          "button",
          { type: "button", className: "round", attrs: { "aria-label": "Close" }, on: { click: close } },
          icon("close"),
        ),
      ),
      ...children,
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
  return close;
}
