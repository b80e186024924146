/**
 * @module client/events
 * What an app is told, in its own terms.
 */
import type { Place } from "./addresses.ts";
import type { ChatError } from "./errors.ts";
import type { Settings } from "./settings.ts";

/** A message of a conversation, one's own included. `peer` is the other member of a direct one. */
export interface ChatMessage extends Place {
  /** Gap-free from 1 within the conversation, the same for everybody. */
  readonly seq: number;
  /** When it was committed, milliseconds since 1970. */
  readonly at: number;
  /** Made by the sender's client: a UUID in braces. */
  readonly id: string;
  readonly sender: string;
  /** A name of wire/kinds, or of a kind that is not known here: its row says how it is shown. */
  readonly kind: string;
  readonly content: string;
  /** What its kind has beside the content. */
  readonly data?: unknown;
  /** The seq of the message that it answers. */
  readonly replyTo?: number;
  /** The seq of the edit that `content` comes from. */
  readonly editedSeq?: number;
  /** It was taken back: the content is gone. */
  readonly recalled?: boolean;
  readonly reactions?: readonly Reaction[];
  /** Changes of this message up to this seq are in it; see client/changes. */
  readonly asOf: number;
  /** Whether this account sent it, here or in another session. */
  readonly mine: boolean;
}

/** How many gave one reaction to a message, and whether this account did. */
export interface Reaction {
  readonly emoji: string;
  readonly count: number;
  readonly mine: boolean;
}

/** Somebody as others see them. */
export interface UserProfile {
  readonly uuid: string;
  readonly username: string;
  readonly nickname: string;
  /** Name or address of a picture. */
  readonly avatar: string;
  readonly description: string;
  /** 0 male, 1 female. */
  readonly sex: number;
}

/** How far somebody got in a conversation: everything up to and including. */
export interface CursorMark extends Place {
  readonly deliveredSeq: number;
  readonly readSeq: number;
}

/** An open friend request to this account. */
export interface FriendRequest {
  /** Who asks; `nickname` is how they introduce themselves. */
  readonly from: UserProfile;
  readonly message: string;
}

/** What somebody may do in a group. */
export type Role = "owner" | "admin" | "member";

/** The end of a conversation, in a line. */
export interface Preview {
  readonly seq: number;
  readonly at: number;
  readonly sender: string;
  readonly kind: string;
  readonly preview: string;
}

/** Where a conversation stands, as the login tells: its end, and how far both sides of a direct one got. */
export interface ConversationHead extends Place {
  readonly kind: "direct" | "group";
  /** Messages that this account has not read. */
  readonly unread: number;
  readonly last?: Preview;
  /** Of a group: what it is called, its picture, how many are in it, and what this account may do there. */
  readonly name?: string;
  readonly avatar?: string;
  readonly members?: number;
  readonly role?: Role;
  readonly settings: Settings;
  readonly lastSeq: number;
  readonly deliveredSeq: number;
  readonly readSeq: number;
  readonly peerDeliveredSeq: number;
  readonly peerReadSeq: number;
}

/**
 * - `connecting`: not there yet, trying. `online`: logged in; missed messages may still be on their way.
 * - `offline`: the connection was lost, the next attempt comes by itself.
 * - `ended`: for good. `reason` is `closed`, `logout`, `refused` (the credentials), or what the server
 *   said: `kicked`, `revoked`, `reset`.
 */
export interface StateChange {
  readonly state: "connecting" | "online" | "offline" | "ended";
  readonly reason?: string;
  /** What went wrong, where something did. */
  readonly error?: ChatError;
}

/** Events of `ChatClient` and what their listeners get. */
export interface ChatEvents {
  /** Every message of every conversation, once and in the order of `seq`, one's own included. */
  message: ChatMessage;
  /** Each conversation, at every login, before the messages that were missed. */
  head: ConversationHead;
  /** A request that waits for an answer: as it comes, and at login. */
  friendRequest: FriendRequest;
  friendAdded: UserProfile;
  friendRemoved: { readonly uuid: string };
  /** The request of `uuid` waits no more: another session turned it down, or it was taken back. */
  friendRequestGone: { readonly uuid: string };
  /** A friend's profile, or one's own, is another now. */
  profileChanged: Omit<UserProfile, "username">;
  /** Another session of this account blocked a user, or lifted it. */
  blockChanged: { readonly uuid: string; readonly blocked: boolean };
  /** How far `peer` got: messages have arrived there, or were read. Never back. */
  receipt: CursorMark;
  /** How many of the others in a group have got, and read, the newest message of this account: `seq`. */
  groupReceipt: {
    readonly conversation: string;
    readonly seq: number;
    readonly members: number;
    readonly delivered: number;
    readonly read: number;
  };
  /** How far this account got, by another session. Never back. */
  cursor: CursorMark;
  /** `who` is writing there; of a group, while it is open (`groups.setOpen`). */
  typing: Place & { readonly who: string };
  /** Another session of this account muted, pinned or archived a conversation, or lifted that. */
  settings: Place & { readonly settings: Settings };
  /** `lastSeen` in milliseconds since 1970. */
  presence: { readonly uuid: string; readonly online: boolean; readonly lastSeen: number };
  /** Call signalling; `signal` is the other client's own JSON. */
  signal: { readonly medium: "voice" | "video"; readonly from: string; readonly signal: unknown };
  state: StateChange;
  /** Something went wrong that no call answers for: the server's complaint, a listener that threw. */
  error: unknown;
}
