/**
 * @module client/translate
 * How what the server says becomes what an app is told.
 */
import type { Body, HeadBody } from "../wire/messages.ts";
import type { Place } from "./addresses.ts";
import type {
  ChatEvents,
  ChatMessage,
  ConversationHead,
  CursorMark,
  FriendRequest,
  Preview,
  UserProfile,
} from "./events.ts";
import type { Push } from "./link.ts";

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

/** A message as HISTORY lists it, and as it is pushed. */
type WireMessage = Omit<Body<"HISTORYRESPONSE">["messages"][number], "kind"> & { readonly kind?: string };

/** Where a message is, and up to which seq its changes are in it. */
export type Standing = Place & { readonly asOf: number };

/** A message of a conversation from its wire form. A kind that is not known here is passed on as it is. */
export function messageOf(
  entry: WireMessage,
  { conversation, peer, asOf }: Standing,
  self: string,
): ChatMessage {
  const { seq, at, kind = "text", msg_sender: sender, msg_id: id, msg_content: content } = entry;
  const { data, reply_to: replyTo } = entry;
  return {
    conversation,
    ...(peer !== undefined && { peer }),
    ...{ seq, at, id, sender, kind, content },
    ...(data !== undefined && { data }),
    ...(replyTo !== undefined && { replyTo }),
    ...{ asOf, mine: sender === self },
  };
}

/** The messages of a 19. None when it lacks what protocol 2 adds. */
export function messagesOf(body: Body<"TEXTCHATMSGICOMINGREQUEST">, self: string): ChatMessage[] {
  const { conversation, text_sender, text_receiver, text_msg } = body;
  if (conversation === undefined) return [];
  // A text to a group has no receiver.
  const other = text_sender === self ? text_receiver : text_sender;
  const peer = text_receiver === undefined ? undefined : other;
  return text_msg.flatMap(({ seq, at, ...entry }) =>
    seq === undefined || at === undefined
      ? []
      : [messageOf({ ...entry, seq, at }, { conversation, peer, asOf: seq }, self)],
  );
}

/** A conversation's head from its wire form. */
export function headOf(head: HeadBody): ConversationHead {
  const { conversation, peer, kind, unread, last, name, avatar, members, role, pinned, archived } = head;
  return {
    conversation,
    ...(peer !== undefined && { peer }),
    ...{ kind, unread },
    ...(last && { last: previewOf(last) }),
    ...(name !== undefined && { name }),
    ...(avatar !== undefined && { avatar }),
    ...(members !== undefined && { members }),
    ...(role !== undefined && { role }),
    ...(head.muted_until !== undefined && { mutedUntil: head.muted_until }),
    ...(pinned !== undefined && { pinned }),
    ...(archived !== undefined && { archived }),
    lastSeq: head.last_seq,
    deliveredSeq: head.delivered_seq,
    readSeq: head.read_seq,
    peerDeliveredSeq: head.peer_delivered_seq,
    peerReadSeq: head.peer_read_seq,
  };
}

function previewOf({ msg_sender: sender, ...last }: NonNullable<HeadBody["last"]>): Preview {
  return { ...last, sender };
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
    case "TYPING": {
      const { uuid, ...place } = push.body;
      const who = uuid ?? place.peer;
      return who === undefined ? undefined : { event: "typing", value: { ...placeOf(place), who } };
    }
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

const placeOf = ({ conversation, peer }: Place): Place =>
  peer === undefined ? { conversation } : { conversation, peer };

function markOf({ delivered_seq, read_seq, ...place }: Body<"CURSOR">): CursorMark {
  return { ...placeOf(place), deliveredSeq: delivered_seq, readSeq: read_seq };
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
