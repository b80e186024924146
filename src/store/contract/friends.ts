/**
 * @module store/contract/friends
 * Friends: requests, friendships and blocks. What holds for every method stands in store/store.
 */
import type { Friend, FriendRequest, Page, Profile } from "../../domain/entities.ts";
import type { UserId } from "../../domain/ids.ts";
import type { PageRequest } from "./paging.ts";

/**
 * What became of a friend request. `repeated`: an open one was there; its texts are the new ones now. `blocked`:
 * `from` blocks `to`, or the two are friends and either blocks. `refused`: `to` blocks `from`, who is no friend.
 */
export type RequestOutcome =
  | "created"
  | "repeated"
  | "already_friends"
  | "blocked"
  | "refused"
  | "no_such_user";

/** What became of a confirmation. `repeated`: the two are friends already and a confirmed request says so. */
export type ConfirmOutcome = "confirmed" | "repeated" | "no_request";

/** What a block that was set or lifted met. */
export interface BlockOutcome {
  /** False when it was so before, or there is no such user; the rest is then as if nothing had been there. */
  readonly changed: boolean;
  readonly friends: boolean;
  /** Whether the other one blocks, too: between the two nothing passes, before and after. */
  readonly mutual: boolean;
  /** Who had asked, of the open requests that the block removed. */
  readonly askers: readonly UserId[];
}

export interface FriendStore {
  /** Stores an open request; at most one open one per (from, to) is ever there. */
  request(entry: { from: UserId; to: UserId; nickname: string; message: string }): Promise<RequestOutcome>;
  /** Open requests to a user, oldest first. */
  requestsTo(user: UserId, page: PageRequest): Promise<Page<FriendRequest>>;
  /**
   * `by` confirms the open request of `from`: marks it (and one in the other direction) confirmed, makes both
   * AuthFriend rows and the conversation with its two members if it is not there from an earlier friendship.
   * `alternativeName` is what `by` calls `from`; `from` calls `by` by the nickname "". Where a block is between the
   * two there is no open request.
   */
  confirm(entry: { from: UserId; by: UserId; alternativeName: string }): Promise<ConfirmOutcome>;
  /** Removes the open request of `from` to `to`. @returns whether there was one. */
  removeRequest(from: UserId, to: UserId): Promise<boolean>;
  /** Ends a friendship; the conversation stays. @returns whether there was one. */
  remove(a: UserId, b: UserId): Promise<boolean>;
  areFriends(a: UserId, b: UserId): Promise<boolean>;
  /** Friends of a user, ascending by the friend's id; one who blocks the user with the profile of that time. */
  list(user: UserId, page: PageRequest): Promise<Page<Friend>>;
  /** Ids of a user's friends without a block between, either way, ascending: who may know of one another. */
  reachable(user: UserId): Promise<UserId[]>;
  /**
   * Blocks `other` or lifts it. Idempotent. A block removes the open requests of the two. While there is one, either
   * way, each is shown the other's cursors as they were when it began, and the blocked the blocker's profile.
   */
  setBlocked(user: UserId, other: UserId, blocked: boolean): Promise<BlockOutcome>;
  /** Whom a user blocks, ascending by id. */
  blockedBy(user: UserId, page: PageRequest): Promise<Page<Profile>>;
  /** Whether either of the two has blocked the other. */
  isBlocked(a: UserId, b: UserId): Promise<boolean>;
}
