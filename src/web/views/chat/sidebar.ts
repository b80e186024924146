/**
 * @module web/views/chat/sidebar
 * Oneself, the state of the connection, who asks to be a friend, and the
 * conversations.
 */
import { linkButton } from "../../dom/form.ts";
import { h, setText } from "../../dom/h.ts";
import { icon } from "../../dom/icons.ts";
import { keyedList } from "../../dom/keyed.ts";
import type { Conversation } from "../../model/conversation.ts";
import { nameOf } from "../../model/model.ts";
import { avatar } from "../avatar.ts";
import { accountDialog } from "../dialogs/account.ts";
import { findPerson } from "../dialogs/find.ts";
import { newGroupDialog } from "../dialogs/new-group.ts";
import { chatRow } from "./chat-row.ts";
import { hitList } from "./hits.ts";
import { type ChatPorts, conversationHash, type View } from "./ports.ts";
import { requestCard } from "./request-card.ts";

export function sidebar(ports: ChatPorts): View {
  const { model } = ports.account;
  const mine = avatar();
  const myName = h("span", { className: "name" });
  const status = h("span", { className: "status", attrs: { role: "status" } });
  const me = h(
    "button",
    {
      type: "button",
      className: "me",
      title: "Profile and sessions",
      on: { click: () => accountDialog(ports) },
    },
    mine.element,
    h("span", { className: "two-lines" }, myName, status),
  );

  const newGroup = h(
    "button",
    {
      type: "button",
      className: "round",
      title: "New group",
      attrs: { "aria-label": "New group" },
      on: { click: () => newGroupDialog(ports) },
    },
    icon("bubble"),
  );

  const search = h("input", {
    type: "search",
    name: "person",
    placeholder: "Friends, or a user name to add",
    autocomplete: "off",
    autocapitalize: "none",
    spellcheck: false,
    attrs: { "aria-label": "Search friends, or find a user by name" },
    on: { input: () => changed(), keydown: (event) => keys(event) },
  });
  const hits = hitList(ports);
  const inMessages = linkButton("Search the messages", () => void hits.look(wanted()));
  const find = h("button", {
    type: "button",
    className: "find",
    on: { click: () => void look() },
  });

  const requests = h("ul", { className: "requests", attrs: { "aria-label": "Friend requests" } });
  const showRequests = keyedList(requests, ({ from }) => from.uuid, requestCard(ports));
  const chats = h("ul", { className: "friends" });
  const showChats = keyedList(chats, conversationHash, chatRow(ports));
  let showsArchive = false;
  const archive = linkButton("", () => {
    showsArchive = !showsArchive;
    update();
  });
  const empty = h(
    "div",
    { className: "empty" },
    h("p", {}, "No friends here yet."),
    h("p", {}, "Enter somebody's user name above and send a friend request."),
  );

  const wanted = () => search.value.trim();
  const keys = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && wanted() !== "") void look();
    if (event.key !== "Escape" || search.value === "") return;
    event.preventDefault();
    clear();
  };
  const changed = () => {
    hits.clear();
    update();
  };
  const look = async (): Promise<void> => {
    if (await findPerson(ports, wanted())) clear();
  };
  const clear = () => {
    search.value = "";
    changed();
  };

  function update(): void {
    if (model.profile) {
      mine.update?.(model.profile);
      setText(myName, nameOf(model.profile));
    }
    status.classList.toggle("waiting", !model.online);
    setText(status, model.online ? "Online" : "Connecting…");

    const query = wanted().toLowerCase();
    const matches = (text: string) => text.toLowerCase().includes(query);
    const all = model.chats();
    const usernameOf = ({ peer = "" }: Conversation) => model.friends.get(peer)?.username ?? "";
    showChats(
      query === ""
        ? all.filter(({ settings }) => showsArchive || !settings.archived)
        : all.filter((one) => matches(model.titleOf(one)) || matches(usernameOf(one))),
    );
    const away = all.filter(({ settings }) => settings.archived).length;
    archive.hidden = away === 0 || query !== "";
    setText(archive, showsArchive ? "Hide the archive" : `Archive (${away})`);
    showRequests(model.requests);
    find.hidden = query === "" || all.some((one) => usernameOf(one).toLowerCase() === query);
    inMessages.hidden = query === "";
    setText(find, `Find the user “${wanted()}”`);
    empty.hidden = !model.listed || all.length > 0 || query !== "";
    requests.hidden = model.requests.length === 0;
  }

  const element = h(
    "section",
    { className: "sidebar", attrs: { "aria-label": "Conversations" } },
    h("header", {}, me, newGroup),
    h("div", { className: "search" }, icon("search"), search),
    find,
    inMessages,
    hits.element,
    requests,
    h("nav", { attrs: { "aria-label": "Conversations" } }, chats, archive, empty),
  );
  return { element, update };
}
