/**
 * @module client/events
 * What an app is told, in its own terms, and how the server's pushes become it.
 */
import type { Body, HeadBody, PushedEntry } from "../wire/messages.ts";
import type { ChatError } from "./errors.ts";
import type { Push } from "./link.ts";

/** A text of a conversation, one's own included. */
export interface ChatMessage {
  /** The other member of the conversation. */
  readonly peer: string;
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
  /** Whether this account sent it, here or in another session. */
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

/** How far somebody got in the conversation with `peer`: everything up to and including. */
export interface CursorMark {
  readonly peer: string;
  readonly deliveredSeq: number;
  readonly readSeq: number;
}

/** An open friend request to this account. */
export interface FriendRequest {
  /** Who asks; `nickname` is how they introduce themselves. */
  readonly from: UserProfile;
  readonly message: string;
}

/** Where a conversation stands, as the login tells: its end, and how far both sides got. */
export interface ConversationHead {
  /** The id of the conversation. */
  readonly conversation: string;
  readonly peer: string;
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
  /** How far `peer` got: it has arrived there, or was read. Never back. */
  receipt: CursorMark;
  /** How far this account got in the conversation with `peer`, by another session. Never back. */
  cursor: CursorMark;
  typing: { readonly peer: string };
  /** `lastSeen` in milliseconds since 1970. */
  presence: { readonly uuid: string; readonly online: boolean; readonly lastSeen: number };
  /** Call signalling; `signal` is the other client's own JSON. */
  signal: { readonly medium: "voice" | "video"; readonly from: string; readonly signal: unknown };
  state: StateChange;
  /** Something went wrong that no call answers for: the server's complaint, a listener that threw. */
  error: unknown;
}

/** A profile from its wire form. */
export function profileOf(body: Body<"SEARCHUSERNAMERESPONSE"> | WireProfile): UserProfile {
  const { uuid, username, nickname, avator, description, sex } = body;
  return { uuid, username, nickname, avatar: avator, description, sex };
}

type WireProfile = Omit<Body<"SEARCHUSERNAMERESPONSE">, "error">;

/** A friend request as the login answer lists it. */
export function listedRequest(
  entry: NonNullable<Body<"LOGINRESPONSE">["FriendRequestList"]>[number],
): FriendRequest {
  return { from: profileOf({ ...entry, uuid: entry.src_uuid }), message: entry.message };
}

/** A pushed text; undefined when it lacks what protocol 2 adds. */
export function messageOf(entry: PushedEntry, self: string): ChatMessage | undefined {
  const {
    seq,
    at,
    kind = "text",
    msg_sender: sender,
    msg_receiver,
    msg_id: id,
    msg_content: content,
  } = entry;
  if (seq === undefined || at === undefined) return undefined;
  const mine = sender === self;
  return { peer: mine ? msg_receiver : sender, seq, at, id, sender, kind, content, mine };
}

/** A conversation's head from its wire form. */
export function headOf(head: HeadBody): ConversationHead {
  return {
    conversation: head.conversation,
    peer: head.peer,
    lastSeq: head.last_seq,
    deliveredSeq: head.delivered_seq,
    readSeq: head.read_seq,
    peerDeliveredSeq: head.peer_delivered_seq,
    peerReadSeq: head.peer_read_seq,
  };
}

/** The event that a push is, for those that are one as they come. */
export type SimpleEvent = {
  [K in keyof ChatEvents]: { readonly event: K; readonly value: ChatEvents[K] };
}[keyof ChatEvents];

/** Translates a push; undefined for those that others look after (texts, GOAWAY). */
export function eventOf(push: Push): SimpleEvent | undefined {
  switch (push.name) {
    case "FRIENDREINCOMINGREQUEST":
      return { event: "friendRequest", value: incomingRequest(push.body) };
    case "FRIENDING_ON_BIDDIRECTIONAL":
      return { event: "friendAdded", value: newFriend(push.body) };
    case "FRIENDREMOVED":
      return { event: "friendRemoved", value: { uuid: push.body.uuid } };
    case "FRIENDREJECT":
      return { event: "friendRequestGone", value: { uuid: push.body.src_uuid } };
    case "BLOCK": {
      const { uuid, blocked } = push.body;
      return { event: "blockChanged", value: { uuid, blocked } };
    }
    case "PROFILECHANGED": {
      const { uuid, nickname, avator: avatar, description, sex } = push.body;
      return { event: "profileChanged", value: { uuid, nickname, avatar, description, sex } };
    }
    case "RECEIPT":
      return { event: "receipt", value: markOf(push.body) };
    case "CURSOR":
      return { event: "cursor", value: markOf(push.body) };
    case "TYPING":
      return { event: "typing", value: { peer: push.body.peer } };
    case "PRESENCE": {
      const { uuid, online, last_seen } = push.body;
      return { event: "presence", value: { uuid, online, lastSeen: last_seen } };
    }
    case "VOICECHATMSGREQUEST":
    case "VIDEOCHATMSGREQUEST": {
      const medium = push.name === "VOICECHATMSGREQUEST" ? "voice" : "video";
      return { event: "signal", value: { medium, from: push.body.src_uuid, signal: push.body.signal } };
    }
    default:
      return undefined;
  }
}

function markOf({ peer, delivered_seq, read_seq }: Body<"RECEIPT">): CursorMark {
  return { peer, deliveredSeq: delivered_seq, readSeq: read_seq };
}

function incomingRequest(body: Body<"FRIENDREINCOMINGREQUEST">): FriendRequest {
  return {
    from: {
      uuid: body.src_uuid,
      username: body.src_username,
      nickname: body.src_nickname,
      avatar: body.src_avator,
      description: body.src_desc,
      sex: body.src_sex,
    },
    message: body.src_message,
  };
}

function newFriend(body: Body<"FRIENDING_ON_BIDDIRECTIONAL">): UserProfile {
  return {
    uuid: body.friend_uuid,
    username: body.friend_username,
    nickname: body.friend_nickname,
    avatar: body.friend_avator,
    description: body.friend_desc,
    sex: body.friend_sex,
  };
}
