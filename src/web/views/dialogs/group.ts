/**
 * @module web/views/dialogs/group
 * About a group: who is in it, who may be added, what it is called and looks like, and the way out.
 */
import type { GroupChange, GroupMember } from "../../../client/index.ts";
import { openDialog } from "../../dom/dialog.ts";
import { field, form } from "../../dom/form.ts";
import { h, setText } from "../../dom/h.ts";
import type { Conversation } from "../../model/conversation.ts";
import { explain } from "../../model/words.ts";
import { type ChatPorts, LIST_HASH } from "../chat/ports.ts";
import { descriptionField, pictureField, shownPicture } from "./appearance.ts";
import { confirmedButton } from "./confirmed-button.ts";
import { chosen, friendChoice, refusedWords } from "./friend-choice.ts";
import { memberRows } from "./group-members.ts";
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
  const about = h("p", { className: "about" });
  const adding = h("section");
  const show = () => {
    setText(about, group.description);
    about.hidden = group.description === "";
    members.replaceChildren(...memberRows(ports, group, change));
    const known = group.members ?? new Map<string, GroupMember>();
    const choice = friendChoice([...model.friends.values()].filter(({ uuid }) => !known.has(uuid)));
    adding.replaceChildren(
      h("h3", {}, "Add friends"),
      form({ submit: "Add", action: () => change({ add: chosen(choice) }) }, choice),
    );
  };
  show();
  const close = openDialog(
    model.titleOf(group),
    about,
    settingsChoices(ports, group),
    members,
    leads && adding,
    leads && appearance(group, change),
    confirmedButton("Leave the group", "Leave: nothing of it comes here any more", leave),
  );
}

/** What the group is called and looks like. Only what is another than before is told to everybody. */
function appearance(
  { name, description, avatar }: Conversation,
  change: (what: GroupChange) => Promise<void>,
): HTMLElement {
  const fields = [
    field("Name", { name: "name", value: name, maxLength: GROUP_NAME_MAX, autocomplete: "off" }),
    descriptionField("About the group", description),
    pictureField(avatar),
  ];
  /** What the fields say when nobody has changed them. */
  let before: Readonly<Record<string, string>> = { name, description, avatar: shownPicture(avatar) };
  return h(
    "details",
    {},
    h("summary", {}, "Name, description and picture"),
    form(
      {
        submit: "Save",
        action: async (values) => {
          const wanted = Object.entries(values).map(([key, value]) => [key, value.trim()] as const);
          const changed = wanted.filter(([key, value]) => value !== before[key]);
          if (changed.length > 0) await change(Object.fromEntries(changed));
          before = Object.fromEntries(wanted);
        },
      },
      ...fields,
    ),
  );
}
