/**
 * @module web/views/dialogs/settings
 * How one wants a conversation listed: muted, pinned, put away.
 */
import type { Settings } from "../../../client/index.ts";
import { h } from "../../dom/h.ts";
import type { Conversation } from "../../model/conversation.ts";
import { explain } from "../../model/words.ts";
import type { ChatPorts } from "../chat/ports.ts";

/** Muted until it is lifted: as late as a time can be, milliseconds since 1970. */
const FOR_EVER = 253_402_300_799_000;

export function settingsChoices({ account, note, now }: ChatPorts, conversation: Conversation): HTMLElement {
  const choices = h("div", { className: "choices" });
  const set = async (settings: Partial<Settings>): Promise<void> => {
    try {
      await account.talk.set(conversation, settings);
      show();
    } catch (error) {
      note(explain(error));
    }
  };
  const choice = (label: string, settings: Partial<Settings>) =>
    h("button", { type: "button", className: "plain", on: { click: () => void set(settings) } }, label);
  const show = () => {
    const { mutedUntil, pinned, archived } = conversation.settings;
    const muted = mutedUntil > now();
    choices.replaceChildren(
      choice(muted ? "Unmute" : "Mute", { mutedUntil: muted ? 0 : FOR_EVER }),
      choice(pinned ? "Unpin" : "Pin", { pinned: !pinned }),
      choice(archived ? "Take from the archive" : "Archive", { archived: !archived }),
    );
  };
  show();
  return choices;
}
