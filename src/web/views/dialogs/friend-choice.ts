/**
 * @module web/views/dialogs/friend-choice
 * Some of one's friends, to be ticked.
 */
import { ChatError, type Friend, type Refused } from "../../../client/index.ts";
import { h } from "../../dom/h.ts";
import { type Model, nameOf } from "../../model/model.ts";
import { explain } from "../../model/words.ts";

export function friendChoice(friends: readonly Friend[]): HTMLFieldSetElement {
  const sorted = [...friends].sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
  return h(
    "fieldset",
    { className: "field" },
    h("legend", { className: "label" }, "Friends"),
    ...(sorted.length > 0
      ? sorted.map((friend) =>
          h(
            "label",
            { className: "radio" },
            h("input", { type: "checkbox", name: "member", value: friend.uuid }),
            nameOf(friend),
          ),
        )
      : [h("p", { className: "hint" }, "Nobody to add.")]),
  );
}

/** Ids of those that are ticked. */
export const chosen = (choice: HTMLFieldSetElement): string[] =>
  [...choice.querySelectorAll<HTMLInputElement>("input:checked")].map(({ value }) => value);

/** Why some could not be added. */
export const refusedWords = (refused: readonly Refused[], model: Model): string =>
  refused.map(({ uuid, error }) => `${model.nameOf(uuid)}: ${explain(new ChatError(error))}`).join(" ");
