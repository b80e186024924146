/**
 * @module web/views/dialogs/group
 * About a group: who is in it, who may be added, what it is called, and the way out.
 */
import type { GroupChange, GroupMember } from "../../../client/index.ts";
import { openDialog } from "../../dom/dialog.ts";
import { field, form } from "../../dom/form.ts";
import { h } from "../../dom/h.ts";
import type { Conversation } from "../../model/conversation.ts";
import { explain } from "../../model/words.ts";
import { type ChatPorts, LIST_HASH } from "../chat/ports.ts";
import { confirmedButton } from "./confirmed-button.ts";
import { chosen, friendChoice, refusedWords } from "./friend-choice.ts";
import { GROUP_NAME_MAX } from "./new-group.ts";
import { settingsChoices } from "./settings.ts";

export async function groupDialog(ports: ChatPorts, group: Conversation): Promise<void> {
  const { account, note } = ports;
  const { model, groups } = account;
  await groups.look(group);
  const role = groups.roleIn(group);
  const leads = role === "owner" || role === "admin";
  const members = h("ul", { className: "sessions", attrs: { "aria-label": "Members" } });
  const change = async (what: GroupChange): Promise<void> => {
    const refused = await groups.change(group, what);
    if (refused.length > 0) note(refusedWords(refused, model));
    show();
  };
  const leave = async (): Promise<void> => {
    try {
      await groups.leave(group);
      close();
      location.hash = LIST_HASH;
      note(`You left ${model.titleOf(group)}.`);
    } catch (error) {
      note(explain(error));
    }
  };
  const row = (member: GroupMember): HTMLElement => {
    const name = model.nameOf(member.uuid);
    const remove = () => change({ remove: [member.uuid] }).catch((error) => note(explain(error)));
    const mayRemove =
      leads && member.uuid !== model.profile?.uuid && (role === "owner" || member.role === "member");
    return h(
      "li",
      {},
      h(
        "span",
        { className: "two-lines" },
        h("span", { className: "name" }, name),
        h(
          "span",
          { className: "hint" },
          `@${member.username}${member.role === "member" ? "" : `, ${member.role}`}`,
        ),
      ),
      mayRemove &&
        h(
          "button",
          {
            type: "button",
            className: "plain",
            attrs: { "aria-label": `Remove ${name}` },
            on: { click: () => void remove() },
          },
          "Remove",
        ),
    );
  };
  const adding = h("section");
  const show = () => {
    const known = group.members ?? new Map<string, GroupMember>();
    members.replaceChildren(...[...known.values()].map(row));
    const choice = friendChoice([...model.friends.values()].filter(({ uuid }) => !known.has(uuid)));
    adding.replaceChildren(
      h("h3", {}, "Add friends"),
      form({ submit: "Add", action: () => change({ add: chosen(choice) }) }, choice),
    );
  };
  show();
  const close = openDialog(
    model.titleOf(group),
    group.description !== "" && h("p", { className: "about" }, group.description),
    settingsChoices(ports, group),
    members,
    leads && adding,
    leads && renaming(group, change),
    confirmedButton("Leave the group", "Leave: nothing of it comes here any more", leave),
  );
}

function renaming({ name }: Conversation, change: (what: GroupChange) => Promise<void>): HTMLElement {
  return h(
    "details",
    {},
    h("summary", {}, "Change the name"),
    form(
      { submit: "Save", action: ({ name: wanted = "" }) => change({ name: wanted.trim() }) },
      field("Name", { name: "name", value: name, maxLength: GROUP_NAME_MAX, autocomplete: "off" }),
    ),
  );
}
