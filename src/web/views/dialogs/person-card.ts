/**
 * @module web/views/dialogs/person-card
 * Who somebody is, as they describe themselves.
 */
import type { UserProfile } from "../../../client/index.ts";
import { h } from "../../dom/h.ts";
import { nameOf } from "../../model/model.ts";
import { avatar } from "../avatar.ts";

export function personCard(person: UserProfile): HTMLElement {
  const picture = avatar("large");
  picture.update?.(person);
  return h(
    "div",
    { className: "person" },
    picture.element,
    h("p", { className: "name" }, nameOf(person)),
    h("p", { className: "hint" }, `@${person.username}`),
    person.description !== "" && h("p", { className: "about" }, person.description),
  );
}
