/**
 * @module wire/original
 * The frames of the original's contract, 5 to 23.
 */
import { ServiceId as I } from "./ids.ts";
import { bool, int, list, object, optional, text, userId } from "./schema.ts";
import {
  at,
  both,
  conversationId,
  error,
  friend,
  friendRequest,
  head,
  profileFields,
  push,
  pushedEntry,
  request,
  seq,
  sex,
  signal,
  signalPush,
  status,
  textEntry,
} from "./shapes.ts";
import { MAX_LABEL, MAX_TEXTS } from "./sizes.ts";

export const originalFrames = {
  LOGINSERVER: request(
    1,
    I.LOGINRESPONSE,
    object({
      uuid: userId(),
      token: text(), // any wrong one is 14, whatever it looks like
      proto: optional(int(1, 255)),
      device: optional(text({ min: 1, max: 64 })),
      name: optional(text({ max: 64 })),
    }),
    "log in with the token of /trylogin_server; `proto: 2` asks for protocol 2",
  ),
  LOGINRESPONSE: push(
    1,
    object({
      error,
      ...profileFields,
      FriendRequestList: optional(list(friendRequest)),
      AuthFriendList: optional(list(friend)),
      proto: optional(int()),
      session: optional(text()),
      node: optional(text()),
      resume_token: optional(text()),
      ping_interval: optional(int()),
      server_time: optional(at),
      heads: optional(list(head)),
      heads_next: optional(text()),
    }),
    "the account's profile and lists; for protocol 2 the session and the heads of its conversations",
  ),
  LOGOUTSERVER: request(1, I.LOGOUTRESPONSE, object({ uuid: optional(text()) }), "end this session"),
  LOGOUTRESPONSE: push(1, status, "the server closes after it"),
  SEARCHUSERNAME: request(
    1,
    I.SEARCHUSERNAMERESPONSE,
    object({ username: text() }),
    "find a user by exact name",
  ),
  SEARCHUSERNAMERESPONSE: push(1, object({ error, ...profileFields }), "who was found"),
  FRIENDREQUESTSENDER: request(
    1,
    I.FRIENDSENDERRESPONSE,
    object({
      src_uuid: userId(),
      dst_uuid: userId(),
      nickname: optional(text({ max: MAX_LABEL })),
      message: optional(text({ max: MAX_LABEL })),
      cancel: optional(bool()),
    }),
    "ask a user to be a friend; `cancel: true` (protocol 2) takes it back",
  ),
  FRIENDSENDERRESPONSE: push(
    1,
    object({ error, src_uuid: userId(), dst_uuid: userId() }),
    "the request is stored",
  ),
  FRIENDREINCOMINGREQUEST: push(
    1,
    object({
      error,
      src_uuid: userId(),
      dst_uuid: userId(),
      src_nickname: text(),
      src_message: text(),
      src_avator: text(),
      src_username: text(),
      src_desc: text(),
      src_sex: sex,
    }),
    "somebody asks to be a friend",
  ),
  FRIENDREQUESTCONFIRM: request(
    1,
    I.FRIENDCONFIRMRESPONSE,
    object({ src_uuid: userId(), dst_uuid: userId(), alternative_name: optional(text({ max: MAX_LABEL })) }),
    "confirm an open request; src asked, dst is the session's own user",
  ),
  FRIENDCONFIRMRESPONSE: push(1, status, "the two are friends"),
  FRIENDING_ON_BIDDIRECTIONAL: push(
    1,
    object({
      error,
      friend_uuid: userId(),
      friend_nickname: text(),
      friend_avator: text(),
      friend_username: text(),
      friend_desc: text(),
      friend_sex: sex,
    }),
    "a new friend, told to both",
  ),
  TEXTCHATMSGREQUEST: request(
    1,
    I.TEXTCHATMSGRESPONSE,
    object({
      text_sender: optional(userId()),
      text_receiver: optional(userId()),
      conversation: optional(conversationId),
      text_msg: list(textEntry, { min: 1, max: MAX_TEXTS }),
    }),
    "texts to a friend, or (protocol 2) to a `conversation`; answered once, after they are committed",
  ),
  TEXTCHATMSGRESPONSE: push(
    1,
    object({
      error,
      conversation: optional(conversationId),
      text_sender: optional(userId()),
      text_receiver: optional(userId()),
      acks: optional(list(object({ msg_id: text(), seq, at, duplicate: optional(bool()) }))),
    }),
    "the texts are committed; protocol 2 gets `conversation` and `acks`",
  ),
  TEXTCHATMSGICOMINGREQUEST: push(
    1,
    object({
      error,
      conversation: optional(conversationId),
      text_sender: userId(),
      text_receiver: optional(userId()),
      text_msg: list(pushedEntry),
    }),
    "texts of a friend (protocol 2: of any conversation, with seq, at and kind, also of one's own other sessions)",
  ),
  VOICECHATMSGREQUEST: both(
    1,
    I.VOICETCHATMSGRESPONSE,
    signal,
    signalPush,
    "opaque voice signalling to an online friend",
  ),
  VOICETCHATMSGRESPONSE: push(1, status, "the signal was passed on; 20 when the friend is offline"),
  VIDEOCHATMSGREQUEST: both(
    1,
    I.VIDEOCHATMSGRESPONSE,
    signal,
    signalPush,
    "opaque video signalling to an online friend",
  ),
  VIDEOCHATMSGRESPONSE: push(1, status, "the signal was passed on; 20 when the friend is offline"),
} as const;
