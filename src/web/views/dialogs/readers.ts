/**
 * @module web/views/dialogs/readers
 * Who has got a message, and who has read it.
 */
import type { ChatMessage } from "../../../client/index.ts";
import { openDialog } from "../../dom/dialog.ts";
import { h } from "../../dom/h.ts";
import { explain } from "../../model/words.ts";
import type { ChatPorts } from "../chat/ports.ts";

export async function readersDialog({ account, note }: ChatPorts, message: ChatMessage): Promise<void> {
  try {
    const { delivered, read, members } = await account.talk.readers(message);
    openDialog(
      "Who has it",
      h("p", { className: "hint" }, `Read by ${read}, delivered to ${delivered}, of ${members.length}.`),
      h(
        "ul",
        { className: "sessions" },
        ...members.map((member) =>
          h(
            "li",
            {},
            h("span", { className: "name" }, account.model.nameOf(member.uuid)),
            h(
              "span",
              { className: "hint" },
              member.read ? "read" : member.delivered ? "delivered" : "not yet",
            ),
          ),
        ),
      ),
    );
  } catch (error) {
    note(explain(error));
  }
}
