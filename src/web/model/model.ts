/**
 * @module web/model/model
 * Everything that the chat page shows, and who is told when it changes. Pure: model/account feeds it from the
 * SDK, the views read it.
 */
import type { BlockedUser, ChatMessage, Friend, FriendRequest, UserProfile } from "../../client/index.ts";
import { Conversation } from "./conversation.ts";

/** Whether a friend is there; `lastSeen` in milliseconds since 1970. */
export interface Presence {
  readonly online: boolean;
  readonly lastSeen: number;
}

/** A friend is taken to have stopped typing after so many milliseconds without a sign. */
export const TYPING_MS = 5_000;

export class Model {
  profile: UserProfile | undefined;
  online = false;
  /** Whether the friends have been listed since the page was opened. */
  listed = false;
  /** The friend whose conversation is open. */
  selected: string | undefined;
  requests: readonly FriendRequest[] = [];
  /** Whom this account blocks, by id. */
  readonly blocked = new Map<string, BlockedUser>();
  /** Who was asked to be a friend during this visit, and has not answered yes. */
  readonly asked = new Set<string>();
  readonly friends = new Map<string, Friend>();
  readonly presence = new Map<string, Presence>();
  readonly #conversations = new Map<string, Conversation>();
  /** Who types, and until when it is believed. */
  readonly #typing = new Map<string, number>();
  readonly #listeners = new Set<() => void>();
  #scheduled = false;

  /** Listens to changes; several of one turn are told once. @returns the function that stops it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** To be called after every change. */
  changed(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      for (const listener of this.#listeners) listener();
    });
  }

  /** The conversation with somebody; an empty one when there is none yet. */
  conversation(peer: string): Conversation {
    let found = this.#conversations.get(peer);
    if (!found) {
      found = new Conversation(peer);
      this.#conversations.set(peer, found);
    }
    return found;
  }

  /** Friends, those one talked to last first, then by name. */
  sortedFriends(): Friend[] {
    const lastAt = ({ uuid }: Friend) => this.#conversations.get(uuid)?.last?.at ?? 0;
    return [...this.friends.values()].sort(
      (a, b) => lastAt(b) - lastAt(a) || nameOf(a).localeCompare(nameOf(b)),
    );
  }

  /** Unread messages of all friends. */
  get unread(): number {
    let sum = 0;
    for (const uuid of this.friends.keys()) sum += this.#conversations.get(uuid)?.unread ?? 0;
    return sum;
  }

  /** A list of all friends came. */
  setFriends(friends: readonly Friend[]): void {
    this.friends.clear();
    for (const friend of friends) this.friends.set(friend.uuid, friend);
    this.listed = true;
  }

  /** A list of all whom this account blocks came. */
  setBlocked(users: readonly BlockedUser[]): void {
    this.blocked.clear();
    for (const user of users) this.blocked.set(user.uuid, user);
  }

  /** Somebody's profile is another now: a friend's, or one's own. */
  profileChanged(changed: Omit<UserProfile, "username">): void {
    const friend = this.friends.get(changed.uuid);
    if (friend) this.friends.set(friend.uuid, { ...friend, ...changed });
    if (this.profile?.uuid === changed.uuid) this.profile = { ...this.profile, ...changed };
  }

  /** A message arrived, or one's own was committed. */
  take(message: ChatMessage): void {
    this.conversation(message.peer).take([message]);
    if (!message.mine) this.#typing.delete(message.peer);
  }

  /** Somebody typed at `now`. */
  typed(peer: string, now: number): void {
    this.#typing.set(peer, now + TYPING_MS);
  }

  isTyping(peer: string, now: number): boolean {
    return (this.#typing.get(peer) ?? 0) > now;
  }

  /** Without a connection nobody is known to be there. */
  disconnected(): void {
    this.online = false;
    this.presence.clear();
    this.#typing.clear();
  }
}

/** What to call somebody: the name given here, else their own. */
export function nameOf(person: {
  readonly username: string;
  readonly nickname: string;
  readonly alternativeName?: string;
}): string {
  return person.alternativeName || person.nickname || person.username;
}
