/**
 * @module web/views/chat/request-card
 * Somebody asks to be a friend.
 */
import type { FriendRequest } from "../../../client/index.ts";
import { h, setText } from "../../dom/h.ts";
import type { Row } from "../../dom/keyed.ts";
import { nameOf } from "../../model/model.ts";
import { explain } from "../../model/words.ts";
import { avatar } from "../avatar.ts";
import type { ChatPorts } from "./ports.ts";

export function requestCard({ account, note }: ChatPorts): (request: FriendRequest) => Row<FriendRequest> {
  return ({ from: { uuid } }) => {
    const picture = avatar();
    const name = h("strong");
    const username = h("span", { className: "hint" });
    const words = h("p");
    const answer = async (confirm: boolean): Promise<void> => {
      try {
        await account.answer(uuid, confirm);
      } catch (error) {
        note(explain(error));
      }
    };
    const button = (label: string, className: string, confirm: boolean) =>
      h("button", { type: "button", className, on: { click: () => void answer(confirm) } }, label);
    return {
      element: h(
        "li",
        {},
        picture.element,
        h(
          "div",
          {},
          h("p", {}, name, " ", username),
          words,
          h(
            "p",
            { className: "buttons" },
            button("Confirm", "primary", true),
            button("Decline", "plain", false),
          ),
        ),
      ),
      update: ({ from, message }) => {
        picture.update?.(from);
        setText(name, nameOf(from));
        setText(username, `@${from.username}`);
        setText(words, message || "would like to be your friend.");
      },
    };
  };
}
