/**
 * @module web/views/dialogs/sessions
 * Where the account is logged in, and the devices that may come back; any of them can be ended from here.
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
      sessions.sort((a, b) => Number(b.online) - Number(a.online) || b.seen - a.seen || b.since - a.since);
      list.replaceChildren(...sessions.map(row));
    } catch (error) {
      list.replaceChildren(h("li", { className: "problem" }, explain(error)));
    }
  };
  const revoke = async (session: string): Promise<void> => {
    const failed = await account.revoke(session).then(() => "", explain);
    await show();
    if (failed !== "") list.append(h("li", { className: "problem" }, failed));
  };
  const when = (at: number) => `${dayName(at, now()).toLowerCase()}, ${clockTime(at)}`;
  const row = ({ session, name, since, online, seen }: SessionInfo): HTMLElement => {
    const here = session === account.session;
    const label = name || "Unnamed device";
    return h(
      "li",
      {},
      h(
        "span",
        { className: "two-lines" },
        h("span", { className: "name" }, label),
        h("span", { className: "hint" }, online ? `since ${when(since)}` : `away since ${when(seen)}`),
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
