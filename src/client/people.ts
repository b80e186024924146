/**
 * @module client/people
 * Other people: finding them, friendships, blocks, and call signalling between friends.
 */
import { allPages, type Calls } from "./calls.ts";
import type { FriendRequest, UserProfile } from "./events.ts";
import type { Inbox } from "./inbox.ts";
import { profileOf } from "./translate.ts";

/** Somebody's account as a friend has it. */
export interface Friend extends UserProfile {
  /** The name that this account gave the friend; "" for none. */
  readonly alternativeName: string;
}

/** Whom this account blocks. */
export type BlockedUser = Pick<UserProfile, "uuid" | "username" | "nickname" | "avatar">;

export class People {
  readonly #calls: Calls;
  readonly #inbox: Inbox;

  constructor(calls: Calls, inbox: Inbox) {
    this.#calls = calls;
    this.#inbox = inbox;
  }

  /** Finds a user by the exact name. 17: nobody has it. */
  async search(username: string): Promise<UserProfile> {
    return profileOf(await this.#calls.request("SEARCHUSERNAME", { username }));
  }

  /** Friend requests that wait for an answer, oldest first. */
  get friendRequests(): FriendRequest[] {
    return this.#inbox.open;
  }

  /** Asks a user to be a friend. `nickname` is how one introduces oneself. 18: oneself, 20: no such user. */
  async requestFriend(uuid: string, { nickname = "", message = "" } = {}): Promise<void> {
    const { uuid: self } = this.#calls;
    await this.#calls.request("FRIENDREQUESTSENDER", { src_uuid: self, dst_uuid: uuid, nickname, message });
  }

  /** Takes one's own open request to `uuid` back. 19: there is none. */
  async cancelFriendRequest(uuid: string): Promise<void> {
    const { uuid: self } = this.#calls;
    await this.#calls.request("FRIENDREQUESTSENDER", { src_uuid: self, dst_uuid: uuid, cancel: true });
  }

  /** Confirms the open request of `uuid`. 19: there is none. */
  async confirmFriend(uuid: string, alternativeName = ""): Promise<void> {
    const confirmation = { src_uuid: uuid, dst_uuid: this.#calls.uuid, alternative_name: alternativeName };
    await this.#calls.request("FRIENDREQUESTCONFIRM", confirmation);
    this.#inbox.added(uuid);
  }

  /** Turns the open request of `uuid` down. */
  async rejectFriend(uuid: string): Promise<void> {
    await this.#calls.request("FRIENDREJECT", { src_uuid: uuid });
    this.#inbox.gone(uuid);
  }

  /** Ends a friendship; the conversation stays. */
  async removeFriend(uuid: string): Promise<void> {
    await this.#calls.request("FRIENDREMOVE", { uuid });
    this.#inbox.removed(uuid);
  }

  /** Blocks a user or lifts it: nothing of theirs comes here, and nothing goes there. */
  async block(uuid: string, blocked = true): Promise<void> {
    await this.#calls.request("BLOCK", { uuid, blocked });
    if (blocked) this.#inbox.gone(uuid);
  }

  /** Whom this account blocks. */
  blocked(): Promise<BlockedUser[]> {
    return allPages(
      (cursor) => this.#calls.request("BLOCKLIST", cursor),
      ({ users }) => users.map(({ avator: avatar, ...user }) => ({ ...user, avatar })),
    );
  }

  /** All friends. */
  friends(): Promise<Friend[]> {
    return allPages(
      (cursor) => this.#calls.request("FRIENDLISTREQUEST", cursor),
      ({ friends }) =>
        friends.map((entry) => ({ ...profileOf(entry), alternativeName: entry.alternative_name })),
    );
  }

  /** Passes call signalling on to a friend's sessions; `signal` is any JSON. 20: the friend is offline. */
  async signal(medium: "voice" | "video", peer: string, signal: unknown): Promise<void> {
    const name = medium === "voice" ? "VOICECHATMSGREQUEST" : "VIDEOCHATMSGREQUEST";
    await this.#calls.request(name, { src_uuid: this.#calls.uuid, dst_uuid: peer, signal });
  }
}
