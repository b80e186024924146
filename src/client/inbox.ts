/**
 * @module client/inbox
 * Friend requests that wait for an answer, and who is a friend already: so that what was waiting at login and
 * what comes while connected is told once each.
 */
import type { Body } from "../wire/messages.ts";
import type { FriendRequest, UserProfile } from "./events.ts";
import { listedRequest, profileOf } from "./translate.ts";

export class Inbox {
  /** Open requests by who asks. */
  #open = new Map<string, FriendRequest>();
  readonly #friends = new Set<string>();
  #loggedIn = false;

  /** Requests that wait for `confirmFriend` or `rejectFriend`, oldest first. */
  get open(): FriendRequest[] {
    return [...this.#open.values()];
  }

  /** Takes the lists of a login. @returns what is new since this client was last connected. */
  login(answer: Body<"LOGINRESPONSE">): { requests: FriendRequest[]; friends: UserProfile[] } {
    const listed = (answer.FriendRequestList ?? []).map(listedRequest);
    const requests = listed.filter((request) => !this.#knows(request));
    this.#open = new Map(listed.map((request) => [request.from.uuid, request]));
    const news = (answer.AuthFriendList ?? []).filter(({ uuid }) => !this.#friends.has(uuid));
    for (const { uuid } of news) this.#friends.add(uuid);
    const friends = this.#loggedIn ? news.map(profileOf) : [];
    this.#loggedIn = true;
    return { requests, friends };
  }

  /** A request arrived. @returns whether it is news. */
  requested(request: FriendRequest): boolean {
    if (this.#knows(request)) return false;
    this.#open.set(request.from.uuid, request);
    return true;
  }

  /** A friendship began. */
  added(uuid: string): void {
    this.#open.delete(uuid);
    this.#friends.add(uuid);
  }

  /** A request was turned down, or taken back. */
  gone(uuid: string): void {
    this.#open.delete(uuid);
  }

  /** A friendship ended. */
  removed(uuid: string): void {
    this.#open.delete(uuid);
    this.#friends.delete(uuid);
  }

  #knows({ from, message }: FriendRequest): boolean {
    const known = this.#open.get(from.uuid);
    return known !== undefined && known.message === message && known.from.nickname === from.nickname;
  }
}
