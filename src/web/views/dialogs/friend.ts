/**
 * @module web/views/dialogs/friend
 * About a friend, and the ways to part: block, or end the friendship.
 */
import type { Friend } from "../../../client/index.ts";
import { openDialog } from "../../dom/dialog.ts";
import { h } from "../../dom/h.ts";
import { nameOf } from "../../model/model.ts";
import { explain } from "../../model/words.ts";
import { type ChatPorts, LIST_HASH } from "../chat/ports.ts";
import { confirmedButton } from "./confirmed-button.ts";
import { personCard } from "./person-card.ts";
import { settingsChoices } from "./settings.ts";

export function friendDialog(ports: ChatPorts, friend: Friend): void {
  const { account, note } = ports;
  const { uuid } = friend;
  const blocked = account.model.blocked.has(uuid);
  const attempt = async (run: () => Promise<void>, done: string): Promise<void> => {
    try {
      await run();
      close();
      note(done);
    } catch (error) {
      note(explain(error));
    }
  };
  const block = () =>
    attempt(
      () => account.block(uuid, !blocked),
      blocked ? `${nameOf(friend)} is not blocked any more.` : `${nameOf(friend)} is blocked.`,
    );
  const remove = () =>
    attempt(
      async () => {
        await account.remove(uuid);
        location.hash = LIST_HASH;
      },
      `You and ${nameOf(friend)} are no longer friends.`,
    );

  const close = openDialog(
    "About",
    personCard(friend),
    settingsChoices(ports, account.model.conversations.with(uuid)),
    h(
      "div",
      { className: "choices" },
      confirmedButton(
        blocked ? "Unblock" : "Block",
        blocked ? undefined : "Block: nothing passes between you",
        block,
      ),
      confirmedButton("Remove friend", "Remove: the messages are kept", remove),
    ),
  );
}
