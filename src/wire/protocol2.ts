/**
 * @module wire/protocol2
 * The frames of protocol 2, 100 and up: to and from sessions that asked for it.
 */
import { ServiceId as I } from "./ids.ts";
import { any, bool, int, list, object, optional, text, userId } from "./schema.ts";
import {
  at,
  both,
  conversationId,
  cursor,
  empty,
  error,
  failure,
  head,
  profileFields,
  push,
  request,
  seq,
  sex,
  status,
} from "./shapes.ts";
import { MAX_AVATAR, MAX_DESCRIPTION, MAX_NICKNAME } from "./sizes.ts";

export const protocol2Frames = {
  PING: request(2, I.PONG, object({ t: optional(any()) }), "keep-alive, also before login"),
  PONG: push(2, object({ error: optional(error), t: optional(any()) }), "`t` echoed"),
  ERROR: push(2, failure, "the answer to what has none of its own, and to an id that is no request (72)"),
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
      conversation: conversationId,
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
    object({ conversation: conversationId, peer: userId(), delivered_seq: seq, read_seq: seq }),
    "how far `peer` got with one's texts",
  ),
  TYPING: both(
    2,
    undefined,
    object({ peer: userId() }),
    object({ conversation: conversationId, peer: userId() }),
    "`peer` is writing",
  ),
  PRESENCE: push(
    2,
    object({ uuid: userId(), online: bool(), last_seen: at }),
    "a friend came online or left",
  ),
  GOAWAY: push(
    2,
    object({ error: optional(error), reason: text(), reconnect_in_ms: int(), resume: bool() }),
    "the server ends this session: `drain`, `overload`, `kicked` (error 15), `replaced`, `revoked`, `reset`",
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
  FRIENDREJECT: both(
    2,
    I.FRIENDREJECTRESPONSE,
    object({ src_uuid: userId() }),
    object({ src_uuid: userId() }),
    "turn an open request down; as received: the open request of `src_uuid` is gone",
  ),
  FRIENDREJECTRESPONSE: push(2, status, "the request is gone"),
  BLOCK: both(
    2,
    I.BLOCKRESPONSE,
    object({ uuid: userId(), blocked: bool() }),
    object({ uuid: userId(), blocked: bool() }),
    "block a user, or lift it; as received: another session of one's own did",
  ),
  BLOCKRESPONSE: push(2, status, "in force on every node"),
  PROFILEUPDATE: request(
    2,
    I.PROFILEUPDATERESPONSE,
    object({
      nickname: optional(text({ max: MAX_NICKNAME })),
      avator: optional(text({ max: MAX_AVATAR })),
      description: optional(text({ max: MAX_DESCRIPTION })),
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
      sessions: list(
        object({
          session: text(),
          device: text(),
          name: text(),
          node: text(),
          since: at,
          online: bool(),
          seen: at,
        }),
      ),
    }),
    "the account's devices, by their sessions; answered under the same id",
  ),
  SESSIONREVOKE: request(
    2,
    I.SESSIONREVOKERESPONSE,
    object({ session: text({ min: 1, max: 64 }) }),
    "end a device, by its session: it cannot come back without the password",
  ),
  SESSIONREVOKERESPONSE: push(
    2,
    status,
    "the session is closed; 70: ended, but its server has not said so yet",
  ),
  CURSOR: push(
    2,
    object({ conversation: conversationId, peer: userId(), delivered_seq: seq, read_seq: seq }),
    "one's own cursors were moved by another session",
  ),
  BLOCKLIST: request(2, I.BLOCKLISTRESPONSE, object({ cursor }), "a page of the users that one blocks"),
  BLOCKLISTRESPONSE: push(
    2,
    object({
      error,
      users: list(object({ uuid: userId(), username: text(), nickname: text(), avator: text() })),
      next: optional(text()),
    }),
    "whom one blocks, ascending by id",
  ),
  PROFILECHANGED: push(
    2,
    object({ uuid: userId(), nickname: text(), avator: text(), description: text(), sex }),
    "a friend's profile changed, or one's own by another session",
  ),
} as const;
