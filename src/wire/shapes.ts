/**
 * @module wire/shapes
 * What the frames' bodies are made of, and the three kinds of frame there are. Field names are the wire's own,
 * odd ones included.
 */
import type { ServiceId } from "./ids.ts";
import {
  any,
  bool,
  content,
  type Infer,
  int,
  list,
  type ObjectSchema,
  object,
  oneOf,
  optional,
  text,
  userId,
} from "./schema.ts";
import { MAX_CLIENT_ID, MAX_KIND } from "./sizes.ts";

export const error = int(0, 255);
export const seq = int();
/** Milliseconds since 1970. */
export const at = int();
export const sex = int(0, 1);
export const cursor = optional(text({ max: 64 }));

export const profileFields = {
  uuid: userId(),
  username: text(),
  nickname: text(),
  avator: text(),
  description: text(),
  sex,
};
export const profile = object(profileFields);
/** One of a user's friends, as LOGINRESPONSE and FRIENDLISTRESPONSE list them. */
export const friend = object(profileFields);
export const friendRequest = object({
  src_uuid: userId(),
  dst_uuid: userId(),
  username: text(),
  avator: text(),
  nickname: text(),
  description: text(),
  message: text(),
  sex,
});
/** A conversation's id, a decimal string. */
export const conversationId = text({ min: 1, max: 16 });
/** How a request names a conversation: one of the two. */
export const address = { peer: optional(userId()), conversation: optional(conversationId) };
/** How the server names one: `peer` for direct ones. */
export const place = { conversation: conversationId, peer: optional(userId()) };
/**
 * One text. `msg_id` is made by the client, a UUID in braces (38 characters). Sender and receiver are the frame's, and
 * only a frame to a friend has to repeat them; what follows the content is protocol 2's.
 */
export const textEntry = object({
  msg_sender: optional(userId()),
  msg_receiver: optional(userId()),
  msg_id: text({ min: 1, max: MAX_CLIENT_ID }),
  msg_content: content(),
  kind: optional(text({ min: 1, max: MAX_KIND })),
  data: optional(any()),
  reply_to: optional(int(1)),
});
/** What a message of protocol 2 says beside its content, and what became of it by others, as it is read. */
export const beside = {
  kind: optional(text()),
  data: optional(any()),
  reply_to: optional(seq),
  edited_seq: optional(seq),
  recalled: optional(bool()),
  reactions: optional(list(object({ emoji: text(), count: int(), mine: bool() }))),
};
export const pushedEntry = object({
  msg_sender: userId(),
  msg_receiver: optional(userId()),
  msg_id: text(),
  msg_content: text(),
  seq: optional(seq),
  at: optional(at),
  ...beside,
});
export const role = oneOf("owner", "admin", "member");
export const head = object({
  ...place,
  kind: oneOf("direct", "group"),
  last_seq: seq,
  delivered_seq: seq,
  read_seq: seq,
  peer_delivered_seq: seq,
  peer_read_seq: seq,
  unread: int(),
  last: optional(object({ seq, at, msg_sender: userId(), kind: text(), preview: text() })),
  name: optional(text()),
  avatar: optional(text()),
  members: optional(int()),
  role: optional(role),
  muted_until: optional(at),
  pinned: optional(bool()),
  archived: optional(bool()),
});
/** Who was left out of a change, and the error that says why. */
export const refused = list(object({ uuid: userId(), error }));
export const signal = object({ src_uuid: userId(), dst_uuid: userId(), signal: any() });
export const signalPush = object({
  error: optional(error),
  src_uuid: userId(),
  dst_uuid: userId(),
  signal: any(),
});
export const status = object({ error });
export const empty = object({});

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

export const request = <C, R extends ServiceId | undefined>(
  proto: 1 | 2,
  reply: R,
  schema: ObjectSchema<C>,
  meaning: string,
) => ({ from: "client", proto, request: schema, meaning, reply }) as const;
export const push = <S>(proto: 1 | 2, schema: ObjectSchema<S>, meaning: string) =>
  ({ from: "server", proto, body: schema, meaning }) as const;
export const both = <C, S, R extends ServiceId | undefined>(
  proto: 1 | 2,
  reply: R,
  schema: ObjectSchema<C>,
  body: ObjectSchema<S>,
  meaning: string,
) => ({ from: "both", proto, request: schema, body, meaning, reply }) as const;
