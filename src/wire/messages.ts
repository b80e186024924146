/**
 * @module wire/messages
 * Every body of the chat wire, declared once: what a client sends is checked against it, what the server
 * sends is typed by it, `proto/README.md` is rendered from it. Field names are the wire's own, odd ones
 * included. Protocol 1 is the original's contract; protocol 2 frames go only to sessions that asked for it.
 */
import { utf8Length } from "./frame.ts";
import { ServiceId, type ServiceName } from "./ids.ts";
import {
  any,
  bool,
  content,
  type Infer,
  int,
  list,
  type ObjectSchema,
  object,
  optional,
  text,
  userId,
} from "./schema.ts";

/** Largest text of one message, in bytes of UTF-8; more answers TOO_LARGE. */
export const MAX_CONTENT_BYTES = 16_384;
/** Entries one 17 may carry. */
export const MAX_TEXTS_PER_FRAME = 100;
/** Messages one HISTORYRESPONSE may carry; fewer when they do not fit one frame. */
export const MAX_HISTORY_PAGE = 200;
/** Entries of one page of heads or friends. */
export const MAX_PAGE = 200;

const error = int(0, 255);
const seq = int();
/** Milliseconds since 1970. */
const at = int();
const sex = int(0, 1);
const cursor = optional(text({ max: 64 }));

const profileFields = {
  uuid: userId(),
  username: text(),
  nickname: text(),
  avator: text(),
  description: text(),
  sex,
};
const profile = object(profileFields);
/** One of a user's friends, as LOGINRESPONSE and FRIENDLISTRESPONSE list them. */
const friend = object(profileFields);
const friendRequest = object({
  src_uuid: userId(),
  dst_uuid: userId(),
  username: text(),
  avator: text(),
  nickname: text(),
  description: text(),
  message: text(),
  sex,
});
/** One text as the original carries it. `msg_id` is made by the client, a UUID in braces (38 characters). */
const textEntry = object({
  msg_sender: userId(),
  msg_receiver: userId(),
  msg_id: text({ min: 1, max: 64 }),
  msg_content: content(MAX_CONTENT_BYTES, utf8Length),
});
const pushedEntry = object({
  msg_sender: userId(),
  msg_receiver: userId(),
  msg_id: text(),
  msg_content: text(),
  seq: optional(seq),
  at: optional(at),
});
const head = object({
  peer: userId(),
  last_seq: seq,
  delivered_seq: seq,
  read_seq: seq,
  peer_delivered_seq: seq,
  peer_read_seq: seq,
});
const signal = object({ src_uuid: userId(), dst_uuid: userId(), signal: any() });
const signalPush = object({ error: optional(error), src_uuid: userId(), dst_uuid: userId(), signal: any() });
const status = object({ error });
const empty = object({});

/** The answer to a request that failed: fields beside `error` say why. */
export const failure = object({
  error,
  field: optional(text()),
  retry_after_ms: optional(int()),
  message: optional(text()),
});
export type Failure = Infer<typeof failure>;

/** Who sends a frame: `both` are requests that the server forwards under the same id. */
export type Direction = "client" | "server" | "both";

export interface FrameSpec<C = unknown, S = unknown> {
  readonly from: Direction;
  /** The lowest protocol a session must speak to send or get it. */
  readonly proto: 1 | 2;
  /** The id of the answer to the client's frame, when it has one. */
  readonly reply?: ServiceId | undefined;
  /** What a client sends. */
  readonly request?: ObjectSchema<C>;
  /** What the server sends when `error` is 0; a failure is `{error, …}` (see `failure`). */
  readonly body?: ObjectSchema<S>;
  readonly meaning: string;
}

const request = <C, R extends ServiceId | undefined>(
  proto: 1 | 2,
  reply: R,
  schema: ObjectSchema<C>,
  meaning: string,
) => ({ from: "client", proto, request: schema, meaning, reply }) as const;
const push = <S>(proto: 1 | 2, schema: ObjectSchema<S>, meaning: string) =>
  ({ from: "server", proto, body: schema, meaning }) as const;
const both = <C, S, R extends ServiceId | undefined>(
  proto: 1 | 2,
  reply: R,
  schema: ObjectSchema<C>,
  body: ObjectSchema<S>,
  meaning: string,
) => ({ from: "both", proto, request: schema, body, meaning, reply }) as const;

const I = ServiceId;

export const frames = {
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
      nickname: text({ max: 255 }),
      message: text({ max: 255 }),
    }),
    "ask a user to be a friend",
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
    object({ src_uuid: userId(), dst_uuid: userId(), alternative_name: optional(text({ max: 255 })) }),
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
      text_sender: userId(),
      text_receiver: userId(),
      text_msg: list(textEntry, { min: 1, max: MAX_TEXTS_PER_FRAME }),
    }),
    "texts to a friend; answered once, after they are committed",
  ),
  TEXTCHATMSGRESPONSE: push(
    1,
    object({
      error,
      text_sender: userId(),
      text_receiver: userId(),
      acks: optional(list(object({ msg_id: text(), seq, at, duplicate: optional(bool()) }))),
    }),
    "the texts are committed; protocol 2 gets `acks`",
  ),
  TEXTCHATMSGICOMINGREQUEST: push(
    1,
    object({ error, text_sender: userId(), text_receiver: userId(), text_msg: list(pushedEntry) }),
    "texts of a friend (protocol 2: with seq and at, also of one's own other sessions)",
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
  UNKNOWN: push(1, failure, "the answer to an id that is no request (72) or to a stream that cannot be read"),

  PING: request(2, I.PONG, object({ t: optional(any()) }), "keep-alive, also before login"),
  PONG: push(2, object({ error: optional(error), t: optional(any()) }), "`t` echoed"),
  HISTORYREQUEST: request(
    2,
    I.HISTORYRESPONSE,
    object({
      peer: userId(),
      after_seq: optional(seq),
      before_seq: optional(seq),
      limit: optional(int(1)),
    }),
    "a page of a conversation; without a bound the newest",
  ),
  HISTORYRESPONSE: push(
    2,
    object({
      error,
      peer: userId(),
      messages: list(
        object({ seq, at, msg_id: text(), msg_sender: userId(), msg_content: text(), kind: text() }),
      ),
      last_seq: seq,
    }),
    "ascending, cut to one frame",
  ),
  ACK: request(
    2,
    undefined,
    object({ peer: userId(), delivered_seq: optional(seq), read_seq: optional(seq) }),
    "everything up to and including has arrived, or was read",
  ),
  RECEIPT: push(
    2,
    object({ peer: userId(), delivered_seq: seq, read_seq: seq }),
    "how far `peer` got with one's texts",
  ),
  TYPING: both(2, undefined, object({ peer: userId() }), object({ peer: userId() }), "`peer` is writing"),
  PRESENCE: push(
    2,
    object({ uuid: userId(), online: bool(), last_seen: at }),
    "a friend came online or left",
  ),
  GOAWAY: push(
    2,
    object({ error: optional(error), reason: text(), reconnect_in_ms: int(), resume: bool() }),
    "the server ends this session: `drain`, `overload`, `kicked` (error 15), `revoked`, `reset`",
  ),
  HEADSREQUEST: request(2, I.HEADSRESPONSE, object({ cursor }), "the next page of heads"),
  HEADSRESPONSE: push(
    2,
    object({ error, heads: list(head), next: optional(text()) }),
    "heads of conversations",
  ),
  FRIENDLISTREQUEST: request(
    2,
    I.FRIENDLISTRESPONSE,
    object({ cursor, limit: optional(int(1)) }),
    "a page of friends",
  ),
  FRIENDLISTRESPONSE: push(
    2,
    object({
      error,
      friends: list(object({ ...profileFields, alternative_name: text() })),
      next: optional(text()),
    }),
    "friends, with the name given to each",
  ),
  FRIENDREMOVE: request(2, I.FRIENDREMOVERESPONSE, object({ uuid: userId() }), "end a friendship"),
  FRIENDREMOVERESPONSE: push(2, status, "the friendship is ended"),
  FRIENDREMOVED: push(2, object({ uuid: userId() }), "a friend ended the friendship"),
  FRIENDREJECT: request(
    2,
    I.FRIENDREJECTRESPONSE,
    object({ src_uuid: userId() }),
    "turn an open request down",
  ),
  FRIENDREJECTRESPONSE: push(2, status, "the request is gone"),
  BLOCK: request(2, I.BLOCKRESPONSE, object({ uuid: userId(), blocked: bool() }), "block a user, or lift it"),
  BLOCKRESPONSE: push(2, status, "in force on every node"),
  PROFILEUPDATE: request(
    2,
    I.PROFILEUPDATERESPONSE,
    object({
      nickname: optional(text({ max: 50 })),
      avator: optional(text({ max: 255 })),
      description: optional(text({ max: 4096 })),
      sex: optional(sex),
    }),
    "change one's profile",
  ),
  PROFILEUPDATERESPONSE: push(2, status, "the profile is changed"),
  SESSIONLIST: both(
    2,
    I.SESSIONLIST,
    empty,
    object({
      error,
      sessions: list(object({ session: text(), device: text(), name: text(), node: text(), since: at })),
    }),
    "the account's sessions; answered under the same id",
  ),
  SESSIONREVOKE: request(
    2,
    I.SESSIONREVOKERESPONSE,
    object({ session: text({ min: 1, max: 64 }) }),
    "end a session",
  ),
  SESSIONREVOKERESPONSE: push(2, status, "the session is ended"),
} as const satisfies { readonly [N in ServiceName]: FrameSpec };

/** Names of the frames that a client may send. */
export type RequestName = {
  [N in ServiceName]: (typeof frames)[N] extends { request: unknown } ? N : never;
}[ServiceName];
/** Names of the frames that the server sends. */
export type ServerName = {
  [N in ServiceName]: (typeof frames)[N] extends { body: unknown } ? N : never;
}[ServiceName];
/** The body that a client sends under a name. */
export type Request<N extends RequestName> = (typeof frames)[N] extends { request: ObjectSchema<infer C> }
  ? C
  : never;
/** The name of the frame that answers a client's; never for one that is not answered. */
export type ReplyName<N extends RequestName> = {
  [R in ServiceName]: (typeof I)[R] extends (typeof frames)[N]["reply"] ? R : never;
}[ServiceName] &
  ServerName;
/** The body that the server sends under a name when `error` is 0. */
export type Body<N extends ServerName> = (typeof frames)[N] extends { body: ObjectSchema<infer S> }
  ? S
  : never;

export type ProfileBody = Infer<typeof profile>;
export type FriendRequestBody = Infer<typeof friendRequest>;
export type TextEntry = Infer<typeof textEntry>;
export type PushedEntry = Infer<typeof pushedEntry>;
export type HeadBody = Infer<typeof head>;
