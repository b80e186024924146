/**
 * @module web/views/dialogs/find
 * Looks a user up by the exact name, and asks them to be a friend, or takes that back.
 */
import type { UserProfile } from "../../../client/index.ts";
import { openDialog } from "../../dom/dialog.ts";
import { field, form } from "../../dom/form.ts";
import { h } from "../../dom/h.ts";
import { nameOf } from "../../model/model.ts";
import { explain } from "../../model/words.ts";
import { type ChatPorts, conversationHash } from "../chat/ports.ts";
import { personCard } from "./person-card.ts";

/** @returns whether there is such a user. */
export async function findPerson(ports: ChatPorts, username: string): Promise<boolean> {
  const { account, note } = ports;
  try {
    const person = await account.search(username);
    if (account.model.friends.has(person.uuid))
      location.hash = conversationHash({ peer: person.uuid, id: undefined });
    else if (person.uuid === account.model.profile?.uuid) note("That is you.");
    else if (account.model.asked.has(person.uuid)) asked(ports, person);
    else invite(ports, person);
    return true;
  } catch (error) {
    note(explain(error));
    return false;
  }
}

/** Who was asked already: the request can be taken back. */
function asked({ account, note }: ChatPorts, person: UserProfile): void {
  const takeBack = async (): Promise<void> => {
    try {
      await account.takeBack(person.uuid);
      note(`Your request to ${nameOf(person)} is taken back.`);
    } catch (error) {
      note(explain(error));
    }
    close();
  };
  const close = openDialog(
    "You asked this user",
    personCard(person),
    h(
      "button",
      { type: "button", className: "plain danger wide", on: { click: () => void takeBack() } },
      "Take the request back",
    ),
  );
}

function invite({ account, note }: ChatPorts, person: UserProfile): void {
  const close = openDialog(
    "Add a friend",
    personCard(person),
    form(
      {
        submit: "Send a friend request",
        action: async ({ message = "" }) => {
          await account.befriend(person.uuid, message.trim());
          close();
          note(`Your request is on its way to ${nameOf(person)}.`);
        },
      },
      field("A few words to go with it", {
        name: "message",
        required: false,
        maxLength: 255,
        spellcheck: true,
        autocomplete: "off",
        placeholder: "Hello, it is me.",
      }),
    ),
  );
}
