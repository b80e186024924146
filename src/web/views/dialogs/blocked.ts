/**
 * @module web/views/dialogs/blocked
 * Whom the account blocks; any of them can be let in again from here.
 */
import type { BlockedUser } from "../../../client/index.ts";
import { h } from "../../dom/h.ts";
import { nameOf } from "../../model/model.ts";
import { explain } from "../../model/words.ts";
import type { ChatPorts } from "../chat/ports.ts";

export function blockedList({ account, note }: ChatPorts): HTMLElement {
  const list = h("ul", { className: "sessions" });
  const show = () => {
    const users = [...account.model.blocked.values()];
    list.replaceChildren(
      ...(users.length > 0 ? users.map(row) : [h("li", { className: "hint" }, "Nobody.")]),
    );
  };
  const unblock = async (user: BlockedUser): Promise<void> => {
    try {
      await account.block(user.uuid, false);
      note(`${nameOf(user)} is not blocked any more.`);
    } catch (error) {
      note(explain(error));
    }
    show();
  };
  const row = (user: BlockedUser): HTMLElement =>
    h(
      "li",
      {},
      h(
        "span",
        { className: "two-lines" },
        h("span", { className: "name" }, nameOf(user)),
        h("span", { className: "hint" }, `@${user.username}`),
      ),
      h(
        "button",
        {
          type: "button",
          className: "plain",
          attrs: { "aria-label": `Unblock ${nameOf(user)}` },
          on: { click: () => void unblock(user) },
        },
        "Unblock",
      ),
    );
  show();
  return list;
}
