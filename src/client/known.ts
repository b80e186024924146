/**
 * @module client/known
 * What this client knows of its account: one's own profile, open requests, friends, how far everybody got. So the app
 * is told each thing once, and nothing that is older than what it was told.
 */
import type { Body } from "../wire/messages.ts";
import type { Acks } from "./acks.ts";
import type { ConversationHead, FriendRequest, UserProfile } from "./events.ts";
import { Inbox } from "./inbox.ts";
import { Marks } from "./marks.ts";
import { profileOf, type SimpleEvent } from "./translate.ts";

export class Known {
  readonly inbox = new Inbox();
  readonly #marks = new Marks();
  readonly #acks: Acks;
  #profile: UserProfile | undefined;

  /** @param acks learns what other sessions have acknowledged already. */
  constructor(acks: Acks) {
    this.#acks = acks;
  }

  get profile(): UserProfile | undefined {
    return this.#profile;
  }

  /** Takes the answer to a login. @returns what is new since this client was last connected. */
  login(answer: Body<"LOGINRESPONSE">): { requests: FriendRequest[]; friends: UserProfile[] } {
    this.#profile = profileOf(answer);
    return this.inbox.login(answer);
  }

  /** One's own profile changed. */
  changed(patch: Partial<UserProfile>): void {
    if (this.#profile) this.#profile = { ...this.#profile, ...patch };
  }

  /** A head as the app is to be told it. */
  head(head: ConversationHead): ConversationHead {
    return this.#marks.head(head);
  }

  /** Takes an event. @returns what the app is to be told of it; undefined when it knows as much. */
  take(found: SimpleEvent): SimpleEvent | undefined {
    switch (found.event) {
      case "friendRequest":
        return this.inbox.requested(found.value) ? found : undefined;
      case "friendRequestGone":
        this.inbox.gone(found.value.uuid);
        return found;
      case "friendAdded":
        this.inbox.added(found.value.uuid);
        return found;
      case "friendRemoved":
        this.inbox.removed(found.value.uuid);
        return found;
      case "blockChanged":
        if (found.value.blocked) this.inbox.gone(found.value.uuid);
        return found;
      case "profileChanged":
        if (this.#profile?.uuid === found.value.uuid) this.changed(found.value);
        return found;
      case "receipt": {
        const value = this.#marks.receipt(found.value);
        return value && { event: "receipt", value };
      }
      case "cursor": {
        this.#acks.acknowledged(found.value);
        const value = this.#marks.cursor(found.value);
        return value && { event: "cursor", value };
      }
      default:
        return found;
    }
  }
}
