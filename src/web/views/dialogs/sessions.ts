/**
 * @module web/views/dialogs/sessions
 * Where the account is logged in; any of them can be ended from here.
 */
import type { SessionInfo } from "../../../client/index.ts";
import { h } from "../../dom/h.ts";
import { clockTime, dayName } from "../../model/times.ts";
import { explain } from "../../model/words.ts";
import type { ChatPorts } from "../chat/ports.ts";

export function sessionList({ account, now }: ChatPorts): HTMLElement {
  const list = h("ul", { className: "sessions" }, h("li", { className: "hint" }, "Loading…"));
  const show = async (): Promise<void> => {
    try {
      const sessions = await account.sessions();
      sessions.sort((a, b) => b.since - a.since);
      list.replaceChildren(...sessions.map(row));
    } catch (error) {
      list.replaceChildren(h("li", { className: "problem" }, explain(error)));
    }
  };
  const revoke = async (session: string): Promise<void> => {
    await account.revoke(session).catch(() => {});
    await show();
  };
  const row = ({ session, name, since }: SessionInfo): HTMLElement => {
    const here = session === account.session;
    const label = name || "Unnamed device";
    return h(
      "li",
      {},
      h(
        "span",
        { className: "two-lines" },
        h("span", { className: "name" }, label),
        h("span", { className: "hint" }, `since ${dayName(since, now()).toLowerCase()}, ${clockTime(since)}`),
      ),
      here
        ? h("span", { className: "here" }, "this one")
        : h(
            "button",
            {
              type: "button",
              className: "plain",
              attrs: { "aria-label": `End the session ${label}` },
              on: { click: () => void revoke(session) },
            },
            "End",
          ),
    );
  };
  void show();
  return list;
}
