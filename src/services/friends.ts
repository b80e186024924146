/**
 * @module services/friends
 * Who knows whom: search, requests, confirmations, removal, blocks, profiles. Methods that others must hear
 * of return the events to post; the caller decides whether before or after its answer (the original's order
 * of frames differs from call to call).
 */
import type { Friend, FriendRequest, Page, Profile, ProfilePatch } from "../domain/entities.ts";
import { AppError } from "../domain/error.ts";
import type { UserId } from "../domain/ids.ts";
import { requireShowable, usernamesToFind } from "../domain/names.ts";
import { requireLength } from "../domain/sizes.ts";
import type { FriendStore, PageRequest, ProfileStore } from "../store/store.ts";
import { MAX_AVATAR, MAX_DESCRIPTION, MAX_LABEL, MAX_NICKNAME } from "../wire/sizes.ts";
import type { UserEvent } from "./ports.ts";

export interface FriendsOptions {
  readonly friends: FriendStore;
  readonly profiles: ProfileStore;
}

export class Friends {
  readonly #friends: FriendStore;
  readonly #profiles: ProfileStore;

  constructor(options: FriendsOptions) {
    this.#friends = options.friends;
    this.#profiles = options.profiles;
  }

  /** @throws AppError SEARCHING_USERNAME_NOT_FOUND, also for what can be no username */
  async search(username: string): Promise<Profile> {
    for (const name of usernamesToFind(username)) {
      const profile = await this.#profiles.findByUsername(name);
      if (profile !== undefined) return profile;
    }
    throw new AppError("SEARCHING_USERNAME_NOT_FOUND");
  }

  /**
   * Asks `to` to be a friend. Asking again while the request is open changes its texts and tells nobody.
   * @throws AppError INVALID_FIELD (nickname, message), FRIENDING_YOURSELF, FRIENDING_TARGET_USER_NOT_FOUND, FRIENDING_ERROR (friends already), BLOCKED
   */
  async request(from: UserId, to: UserId, nickname: string, message: string): Promise<UserEvent[]> {
    requireLength(nickname, MAX_LABEL, "nickname");
    requireLength(message, MAX_LABEL, "message");
    requireShowable(nickname, "nickname");
    if (from === to) throw new AppError("FRIENDING_YOURSELF");
    const outcome = await this.#friends.request({ from, to, nickname, message });
    if (outcome === "no_such_user") throw new AppError("FRIENDING_TARGET_USER_NOT_FOUND");
    if (outcome === "already_friends") throw new AppError("FRIENDING_ERROR", { detail: "friends already" });
    if (outcome === "blocked") throw new AppError("BLOCKED");
    if (outcome === "repeated") return [];
    return [{ type: "friend_request", to, from: await this.#profile(from), nickname, message }];
  }

  /**
   * `by` confirms the open request of `from`. Confirming again changes nothing and tells nobody.
   * @throws AppError INVALID_FIELD (alternative_name), FRIENDING_YOURSELF, FRIENDING_ERROR (no open request), BLOCKED
   */
  async confirm(from: UserId, by: UserId, alternativeName: string): Promise<UserEvent[]> {
    requireLength(alternativeName, MAX_LABEL, "alternative_name");
    requireShowable(alternativeName, "alternative_name");
    if (from === by) throw new AppError("FRIENDING_YOURSELF");
    const outcome = await this.#friends.confirm({ from, by, alternativeName });
    if (outcome === "no_request") throw new AppError("FRIENDING_ERROR", { detail: "no open request" });
    if (outcome === "blocked") throw new AppError("BLOCKED");
    if (outcome === "repeated") return [];
    const [asker, confirmer] = await Promise.all([this.#profile(from), this.#profile(by)]);
    return [
      { type: "friend_added", to: by, friend: asker },
      { type: "friend_added", to: from, friend: confirmer },
    ];
  }

  /** Turns an open request down. @throws AppError FRIENDING_ERROR when there is none */
  async reject(from: UserId, by: UserId): Promise<void> {
    if (!(await this.#friends.reject(from, by)))
      throw new AppError("FRIENDING_ERROR", { detail: "no open request" });
  }

  /** Ends a friendship. @throws AppError NOT_FRIENDS */
  async remove(user: UserId, friend: UserId): Promise<UserEvent[]> {
    if (!(await this.#friends.remove(user, friend))) throw new AppError("NOT_FRIENDS");
    return [
      { type: "friend_removed", to: friend, friend: user },
      { type: "friend_removed", to: user, friend },
    ];
  }

  /** Blocks a user or lifts it; in force on every node when it resolves. @throws AppError FRIENDING_YOURSELF, FRIENDING_TARGET_USER_NOT_FOUND */
  async setBlocked(user: UserId, other: UserId, blocked: boolean): Promise<void> {
    if (user === other) throw new AppError("FRIENDING_YOURSELF");
    if ((await this.#profiles.find(other)) === undefined)
      throw new AppError("FRIENDING_TARGET_USER_NOT_FOUND");
    await this.#friends.setBlocked(user, other, blocked);
  }

  /** Whether the two may exchange signals now. @throws AppError NOT_FRIENDS, BLOCKED */
  async requireReachable(user: UserId, friend: UserId): Promise<void> {
    if (!(await this.#friends.areFriends(user, friend))) throw new AppError("NOT_FRIENDS");
    if (await this.#friends.isBlocked(user, friend)) throw new AppError("BLOCKED");
  }

  areFriends(a: UserId, b: UserId): Promise<boolean> {
    return this.#friends.areFriends(a, b);
  }

  list(user: UserId, page: PageRequest): Promise<Page<Friend>> {
    return this.#friends.list(user, page);
  }

  /** Whom the user blocks. */
  blockList(user: UserId, page: PageRequest): Promise<Page<Profile>> {
    return this.#friends.blockedBy(user, page);
  }

  requestsTo(user: UserId, page: PageRequest): Promise<Page<FriendRequest>> {
    return this.#friends.requestsTo(user, page);
  }

  ids(user: UserId): Promise<UserId[]> {
    return this.#friends.ids(user);
  }

  /** @throws AppError INVALID_FIELD (nickname, avator, description), LOGIN_INFO_ERROR (no such account) */
  async updateProfile(user: UserId, patch: ProfilePatch): Promise<void> {
    const { nickname = "", avatar = "", description = "" } = patch;
    requireLength(nickname, MAX_NICKNAME, "nickname");
    requireLength(avatar, MAX_AVATAR, "avator");
    requireLength(description, MAX_DESCRIPTION, "description");
    requireShowable(nickname, "nickname");
    if ((await this.#profiles.update(user, patch)) === undefined) throw new AppError("LOGIN_INFO_ERROR");
  }

  async #profile(id: UserId): Promise<Profile> {
    const profile = await this.#profiles.find(id);
    if (profile === undefined) throw new AppError("FRIENDING_TARGET_USER_NOT_FOUND");
    return profile;
  }
}
