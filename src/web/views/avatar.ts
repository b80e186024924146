/**
 * @module web/views/avatar
 * A person's picture: theirs where it is an address, else their initials on a colour of their own.
 */
import type { UserProfile } from "../../client/index.ts";
import { h, setText } from "../dom/h.ts";
import type { Row } from "../dom/keyed.ts";
import type { Conversation } from "../model/conversation.ts";
import { type Model, nameOf } from "../model/model.ts";

/** Whose picture it is. */
type Pictured = Pick<UserProfile, "uuid" | "username" | "nickname" | "avatar">;

/** How many colours style.css knows. */
const HUES = 8;

/** Decoration: the name stands beside it. */
export function avatar(size: "small" | "large" = "small"): Row<Pictured> {
  const initials = h("span");
  const picture = h("img", { alt: "", referrerPolicy: "no-referrer", hidden: true });
  picture.addEventListener("error", () => {
    picture.hidden = true;
  });
  const element = h(
    "span",
    { className: `avatar ${size}`, attrs: { "aria-hidden": "true" } },
    initials,
    picture,
  );
  let shown = "";
  return {
    element,
    update: (person) => {
      setText(initials, initialsOf(nameOf(person)));
      element.dataset.hue = String(Number(person.uuid) % HUES);
      if (person.avatar === shown) return;
      shown = person.avatar;
      picture.hidden = !/^https?:\/\//.test(shown);
      if (!picture.hidden) picture.src = shown;
    },
  };
}

/** A conversation's picture: the friend's, with a dot while they are online, or the group's. */
export function chatAvatar(model: Model): Row<Conversation> {
  const { element, update } = avatar();
  return {
    element,
    update: (chat) => {
      const { peer, id = "0", name, avatar: picture } = chat;
      const friend = peer === undefined ? undefined : model.friends.get(peer);
      update?.(friend ?? { uuid: peer ?? id, username: name, nickname: "", avatar: picture });
      element.classList.toggle("online", model.presence.get(peer ?? "")?.online ?? false);
    },
  };
}

/** The first characters of up to two words. */
function initialsOf(name: string): string {
  const words = name.split(/[\s._-]+/).filter((word) => word !== "");
  const firsts = words.slice(0, 2).map((word) => [...word][0] ?? "");
  return firsts.join("").toUpperCase() || "?";
}
