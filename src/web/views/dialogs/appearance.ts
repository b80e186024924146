/**
 * @module web/views/dialogs/appearance
 * What a person or a group looks like to others: the fields in which that is said.
 */
import { field } from "../../dom/form.ts";
import { h } from "../../dom/h.ts";

const DESCRIPTION_MAX = 1000;
const PICTURE_MAX = 255;

/** Some lines about a person or a group. */
export const descriptionField = (label: string, value: string): HTMLElement =>
  h(
    "label",
    { className: "field" },
    h("span", { className: "label" }, label),
    h("textarea", { name: "description", rows: 3, maxLength: DESCRIPTION_MAX, value }),
  );

/** The address of a picture. */
export const pictureField = (value: string): HTMLElement =>
  field("Picture", {
    ...{ required: false, autocomplete: "off", name: "avatar", type: "url" },
    value: shownPicture(value),
    maxLength: PICTURE_MAX,
    placeholder: "https://…",
  });

/** What is stored and is no address, as the original's names of files are, reads as none. */
export const shownPicture = (value: string): string => (/^https?:/.test(value) ? value : "");
