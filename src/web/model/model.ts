/**
 * @module web/model/model
 * Everything that the chat page shows, and who is told when it changes. Pure: model/account feeds it from the
 * SDK, the views read it.
 */
import type {
  BlockedUser,
  ChatMessage,
  Friend,
  FriendRequest,
  GroupMember,
  UserProfile,
} from "../../client/index.ts";
import type { Conversation } from "./conversation.ts";
import { Conversations } from "./conversations.ts";

/** Whether a friend is there; `lastSeen` in milliseconds since 1970. */
export interface Presence {
  readonly online: boolean;
  readonly lastSeen: number;
}

export class Model {
  profile: UserProfile | undefined;
  online = false;
  /** Whether the friends have been listed since the page was opened. */
  listed = false;
  /** The one that is open. */
  selected: Conversation | undefined;
  readonly conversations = new Conversations();
  requests: readonly FriendRequest[] = [];
  /** Whom this account blocks, by id. */
  readonly blocked = new Map<string, BlockedUser>();
  /** Who was asked to be a friend during this visit, and has not answered yes. */
  readonly asked = new Set<string>();
  readonly friends = new Map<string, Friend>();
  readonly presence = new Map<string, Presence>();
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

  /** What is listed: everything with something in it, every group and every friend; newest first, then by name. */
  chats(): Conversation[] {
    const chats = new Set([...this.conversations.all].filter((one) => this.#isListed(one)));
    for (const uuid of this.friends.keys()) chats.add(this.conversations.with(uuid));
    const rank = ({ settings }: Conversation) => Number(settings.pinned);
    const lastAt = ({ last }: Conversation) => last?.at ?? 0;
    return [...chats].sort(
      (a, b) => rank(b) - rank(a) || lastAt(b) - lastAt(a) || this.titleOf(a).localeCompare(this.titleOf(b)),
    );
  }

  /** What to call a conversation. */
  titleOf({ peer, name }: Conversation): string {
    return peer === undefined ? name || "Group" : this.nameOf(peer);
  }

  /** What to call somebody: a friend, a fellow member, oneself. */
  nameOf(uuid: string): string {
    if (uuid === this.profile?.uuid) return "You";
    const person = this.friends.get(uuid) ?? this.#fellow(uuid);
    return person === undefined ? "Somebody" : nameOf(person);
  }

  /** Unread messages of all that is listed. */
  get unread(): number {
    return this.chats().reduce((sum, { unread }) => sum + unread, 0);
  }

  /** Those who are no friends any more are not listed. */
  #isListed({ peer, lastSeq }: Conversation): boolean {
    return peer === undefined ? lastSeq > 0 : this.friends.has(peer);
  }

  #fellow(uuid: string): GroupMember | undefined {
    for (const { members } of this.conversations.all) {
      const member = members?.get(uuid);
      if (member !== undefined) return member;
    }
    return undefined;
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
    this.conversations.at(message).take([message]);
  }

  /** Without a connection nobody is known to be there. */
  disconnected(): void {
    this.online = false;
    this.presence.clear();
    for (const conversation of this.conversations.all) conversation.disconnected();
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
