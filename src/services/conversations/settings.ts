/**
 * @module services/conversations/settings
 * What a user set for themself in a conversation: muted, pinned, archived. It is the same on all of their devices.
 */
import { AppError } from "../../domain/error.ts";
import type { SessionId, UserId } from "../../domain/ids.ts";
import type { ConversationStore, SettingsPatch } from "../../store/store.ts";
import { only, type UserEvent } from "../delivery/events.ts";
import type { Place } from "./conversations.ts";

export class Settings {
  readonly #store: Pick<ConversationStore, "set">;

  constructor(store: Pick<ConversationStore, "set">) {
    this.#store = store;
  }

  /**
   * @param session that of the user that asks, which needs no copy. @returns what the user's other sessions are to be told
   * @throws AppError INVALID_FIELD for a patch that sets nothing, NOT_A_MEMBER, UNAVAILABLE
   */
  async set(
    { conversation, peer }: Place,
    user: UserId,
    patch: SettingsPatch,
    session: SessionId,
  ): Promise<UserEvent[]> {
    if (Object.keys(patch).length === 0)
      throw new AppError("INVALID_FIELD", { field: "muted_until", detail: "nothing to set" });
    const settings = await this.#store.set(conversation, user, patch);
    if (settings === undefined) throw new AppError("NOT_A_MEMBER", { field: "conversation" });
    const { mutedUntil = 0, pinned, archived } = settings;
    return [
      {
        type: "settings_changed",
        audience: only(user),
        ...{ conversation, peer, mutedUntil, pinned, archived },
        except: session,
      },
    ];
  }
}
