/**
 * @module web/views/dialogs/new-group
 * Makes a group of friends.
 */
import { openDialog } from "../../dom/dialog.ts";
import { field, form } from "../../dom/form.ts";
import { type ChatPorts, conversationHash } from "../chat/ports.ts";
import { chosen, friendChoice, refusedWords } from "./friend-choice.ts";

/** Characters of a group's name. */
export const GROUP_NAME_MAX = 100;

export function newGroupDialog({ account, note }: ChatPorts): void {
  const { model } = account;
  const choice = friendChoice([...model.friends.values()]);
  const close = openDialog(
    "New group",
    form(
      {
        submit: "Make the group",
        action: async ({ name = "" }) => {
          const { conversation, refused } = await account.groups.create(name.trim(), chosen(choice));
          close();
          if (refused.length > 0) note(refusedWords(refused, model));
          location.hash = conversationHash(conversation);
        },
      },
      field("Name", { name: "name", maxLength: GROUP_NAME_MAX, spellcheck: true, autocomplete: "off" }),
      choice,
    ),
  );
}
