/**
 * @module client/translate
 * People and pushes as the server tells of them become what an app is told.
 */
import type { Body } from "../wire/messages.ts";
import type { Place } from "./addresses.ts";
import type { ChatEvents, CursorMark, FriendRequest, UserProfile } from "./events.ts";
import type { Push } from "./link.ts";
import { settingsOf } from "./messages.ts";

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
    case "GROUPRECEIPT": {
      const { conversation, seq, members, delivered, read } = push.body;
      return { event: "groupReceipt", value: { conversation, seq, members, delivered, read } };
    }
    case "CURSOR":
      return { event: "cursor", value: markOf(push.body) };
    case "TYPING": {
      const { uuid, ...place } = push.body;
      const who = uuid ?? place.peer;
      return who === undefined ? undefined : { event: "typing", value: { ...placeOf(place), who } };
    }
    case "CONVERSATIONSETTINGS":
      return { event: "settings", value: { ...placeOf(push.body), settings: settingsOf(push.body) } };
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
