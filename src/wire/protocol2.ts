/**
 * @module wire/protocol2
 * The frames of protocol 2, 100 and up: to and from sessions that asked for it.
 */
import { ServiceId as I } from "./ids.ts";
import { any, bool, int, list, object, optional, text, userId } from "./schema.ts";
import {
  address,
  at,
  beside,
  both,
  conversationId,
  cursor,
  empty,
  error,
  failure,
  head,
  place,
  profileFields,
  push,
  refused,
  request,
  role,
  seq,
  sex,
  status,
} from "./shapes.ts";
import {
  MAX_AVATAR,
  MAX_CLIENT_ID,
  MAX_DESCRIPTION,
  MAX_GROUP_NAME,
  MAX_NAMED,
  MAX_NICKNAME,
  MAX_SEARCH,
} from "./sizes.ts";

/** Makes a change that is asked for again, because its answer was lost, one change. */
const msg_id = optional(text({ min: 1, max: MAX_CLIENT_ID }));

/** A message as a page of history has it. */
const historyFields = {
  seq,
  at,
  msg_id: text(),
  msg_sender: userId(),
  msg_content: text(),
  ...beside,
  kind: text(),
};

export const protocol2Frames = {
  PING: request(2, I.PONG, object({ t: optional(any()) }), "keep-alive, also before login"),
  PONG: push(2, object({ error: optional(error), t: optional(any()) }), "`t` echoed"),
  ERROR: push(2, failure, "the answer to what has none of its own, and to an id that is no request (72)"),
  HISTORYREQUEST: request(
    2,
    I.HISTORYRESPONSE,
    object({
      ...address,
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
      ...place,
      messages: list(object(historyFields)),
      last_seq: seq,
    }),
    "ascending, cut to one frame",
  ),
  ACK: request(
    2,
    undefined,
    object({ ...address, delivered_seq: optional(seq), read_seq: optional(seq) }),
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
    object(address),
    object({ ...place, uuid: optional(userId()) }),
    "`peer`, or `uuid` in a group, is writing",
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
    object({ ...place, delivered_seq: seq, read_seq: seq }),
    "one's own cursors were moved by another session",
  ),
  GROUPCREATE: request(
    2,
    I.GROUPCREATERESPONSE,
    object({
      name: text({ min: 1, max: MAX_GROUP_NAME }),
      members: list(userId(), { max: MAX_NAMED }),
      avatar: optional(text({ max: MAX_AVATAR })),
      msg_id,
    }),
    "make a group of oneself and friends; one with a `msg_id` that was used for another is that other",
  ),
  GROUPCREATERESPONSE: push(
    2,
    object({ error, conversation: conversationId, refused: optional(refused) }),
    "the group is there; `refused` names those who are not in it, each with the error that says why",
  ),
  GROUPINFO: request(
    2,
    I.GROUPINFORESPONSE,
    object({ conversation: conversationId, cursor, limit: optional(int(1)), open: optional(bool()) }),
    "what a group is called, and a page of its members; `open`: whether the client shows the group from now on",
  ),
  GROUPINFORESPONSE: push(
    2,
    object({
      error,
      conversation: conversationId,
      name: text(),
      avatar: text(),
      description: text(),
      version: int(),
      count: int(),
      members: list(
        object({
          uuid: userId(),
          username: text(),
          nickname: text(),
          avator: text(),
          role,
          since: at,
        }),
      ),
      next: optional(text()),
    }),
    "members ascending by id; `version` rises with each change",
  ),
  GROUPCHANGE: request(
    2,
    I.GROUPCHANGERESPONSE,
    object({
      conversation: conversationId,
      name: optional(text({ min: 1, max: MAX_GROUP_NAME })),
      avatar: optional(text({ max: MAX_AVATAR })),
      description: optional(text({ max: MAX_DESCRIPTION })),
      add: optional(list(userId(), { max: MAX_NAMED })),
      remove: optional(list(userId(), { max: MAX_NAMED })),
      roles: optional(list(object({ uuid: userId(), role }), { max: MAX_NAMED })),
      msg_id,
    }),
    "change a group: owners and admins name, add and remove; owners give roles",
  ),
  GROUPCHANGERESPONSE: push(
    2,
    object({ error, conversation: conversationId, version: int(), refused: optional(refused) }),
    "the group is changed, all at once; those in `refused` are not added",
  ),
  GROUPLEAVE: request(
    2,
    I.GROUPLEAVERESPONSE,
    object({ conversation: conversationId, msg_id }),
    "leave a group; the last owner hands over to the oldest admin, else member",
  ),
  GROUPLEAVERESPONSE: push(
    2,
    object({ error, conversation: conversationId }),
    "no member any more: nothing of the group comes after the message that says so",
  ),
  SEARCH: request(
    2,
    I.SEARCHRESPONSE,
    object({
      text: text({ min: 1, max: MAX_SEARCH }),
      peer: optional(userId()),
      conversation: optional(conversationId),
      before: cursor,
      limit: optional(int(1)),
    }),
    'messages that say all of these words, "words in this order" or beginnings*, in one conversation or in all',
  ),
  SEARCHRESPONSE: push(
    2,
    object({
      error,
      hits: list(object({ ...place, ...historyFields })),
      next: optional(text()),
    }),
    "newest first; `next` is the `before` of the next page",
  ),
  READERS: request(
    2,
    I.READERSRESPONSE,
    object({ ...address, seq: int(1), cursor }),
    "how far a message got: how many of the others have got and read it, and who",
  ),
  READERSRESPONSE: push(
    2,
    object({
      error,
      delivered: int(),
      read: int(),
      members: list(object({ uuid: userId(), delivered: bool(), read: bool() })),
      next: optional(text()),
    }),
    "those who may see it, its sender aside, ascending by id",
  ),
  CONVERSATIONSET: request(
    2,
    I.CONVERSATIONSETRESPONSE,
    object({
      ...address,
      muted_until: optional(at),
      pinned: optional(bool()),
      archived: optional(bool()),
    }),
    "mute (0: no more), pin or archive a conversation, on all of one's devices",
  ),
  CONVERSATIONSETRESPONSE: push(2, status, "it is so"),
  CONVERSATIONSETTINGS: push(
    2,
    object({ ...place, muted_until: at, pinned: bool(), archived: bool() }),
    "another session of one's own set that; all of it as it is now",
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
  GROUPRECEIPT: push(
    2,
    object({ conversation: conversationId, seq, members: int(), delivered: int(), read: int() }),
    "how many of the others got, and read, one's newest message in a group",
  ),
} as const;
