/**
 * @module web/views/avatar
 * A person's picture: theirs where it is an address, else their initials on a colour of their own.
 */
import type { UserProfile } from "../../client/index.ts";
import { h, setText } from "../dom/h.ts";
import type { Row } from "../dom/keyed.ts";
import { type Model, nameOf } from "../model/model.ts";

/** How many colours style.css knows. */
const HUES = 8;

/** Decoration: the name stands beside it. */
export function avatar(size: "small" | "large" = "small"): Row<UserProfile> {
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

/** A friend's avatar, with a dot while they are online. */
export function friendAvatar(model: Model): Row<UserProfile> {
  const { element, update } = avatar();
  return {
    element,
    update: (friend) => {
      update?.(friend);
      element.classList.toggle("online", model.presence.get(friend.uuid)?.online ?? false);
    },
  };
}

/** The first characters of up to two words. */
function initialsOf(name: string): string {
  const words = name.split(/[\s._-]+/).filter((word) => word !== "");
  const firsts = words.slice(0, 2).map((word) => [...word][0] ?? "");
  return firsts.join("").toUpperCase() || "?";
}
