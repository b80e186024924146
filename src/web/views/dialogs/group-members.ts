/**
 * @module web/views/dialogs/group-members
 * Who is in a group: what each may do, which owners give, and the way out for those who may be removed.
 */
import type { GroupChange, GroupMember, Role } from "../../../client/index.ts";
import { h } from "../../dom/h.ts";
import type { Conversation } from "../../model/conversation.ts";
import { explain } from "../../model/words.ts";
import type { ChatPorts } from "../chat/ports.ts";

const ROLES: readonly (readonly [Role, string])[] = [
  ["member", "Member"],
  ["admin", "Admin (names, adds, removes)"],
  ["owner", "Owner (gives roles, too)"],
];

/** @param change does what the user asked for, and shows what became of it. */
export function memberRows(
  { account, note }: ChatPorts,
  group: Conversation,
  change: (what: GroupChange) => Promise<void>,
): HTMLElement[] {
  const { model, groups } = account;
  const role = groups.roleIn(group);
  const tried = (what: GroupChange): void => void change(what).catch((error) => note(explain(error)));

  return [...(group.members?.values() ?? [])].map((member) => {
    const name = model.nameOf(member.uuid);
    const isOther = member.uuid !== model.profile?.uuid;
    const mayRemove = isOther && (role === "owner" || (role === "admin" && member.role === "member"));
    const givesRoles = isOther && role === "owner";
    return h(
      "li",
      {},
      h(
        "span",
        { className: "two-lines" },
        h("span", { className: "name" }, name),
        h("span", { className: "hint" }, hintOf(member)),
        givesRoles &&
          roleChoice(name, member.role, (wanted) => tried({ roles: [{ uuid: member.uuid, role: wanted }] })),
      ),
      mayRemove &&
        h(
          "button",
          {
            type: "button",
            className: "plain",
            attrs: { "aria-label": `Remove ${name}` },
            on: { click: () => tried({ remove: [member.uuid] }) },
          },
          "Remove",
        ),
    );
  });
}

const hintOf = ({ username, role }: GroupMember): string =>
  `@${username}${role === "member" ? "" : `, ${role}`}`;

function roleChoice(name: string, role: Role, give: (role: Role) => void): HTMLElement {
  const select = h(
    "select",
    { attrs: { "aria-label": `What ${name} may do` } },
    ...ROLES.map(([value, label]) => h("option", { value, selected: value === role }, label)),
  );
  select.addEventListener("change", () => give(select.value as Role));
  return select;
}
