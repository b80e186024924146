/**
 * @module web/views/dialogs/account
 * One's own account: the profile, where it is logged in, whom it blocks, and the way out.
 */
import { openDialog } from "../../dom/dialog.ts";
import { h } from "../../dom/h.ts";
import type { ChatPorts } from "../chat/ports.ts";
import { blockedList } from "./blocked.ts";
import { personCard } from "./person-card.ts";
import { profileForm } from "./profile.ts";
import { sessionList } from "./sessions.ts";

export function accountDialog(ports: ChatPorts): void {
  const { profile } = ports.account.model;
  if (!profile) return;
  const close = openDialog(
    "Your account",
    personCard(profile),
    h(
      "details",
      {},
      h("summary", {}, "Edit the profile"),
      profileForm(ports, profile, () => close()),
    ),
    h("section", {}, h("h3", {}, "Logged in on"), sessionList(ports)),
    h("section", {}, h("h3", {}, "Blocked"), blockedList(ports)),
    h(
      "button",
      {
        type: "button",
        className: "plain danger wide",
        on: {
          click: () => {
            close();
            void ports.account.logout();
          },
        },
      },
      "Log out",
    ),
  );
}
