/**
 * @module rpc/events
 * Events (services/delivery/events) as messages of cluster.proto, and back: one row an event. Messages are written as
 * literals, not through `create`: this is on the way of every text between nodes.
 */
import type { EndReason } from "../domain/entities.ts";
import { conversationId, type SessionId, sessionId, userId } from "../domain/ids.ts";
import {
  type Audience,
  type EventOf,
  type EventType,
  only,
  type UserEvent,
} from "../services/delivery/events.ts";
import { messageOf, profileOf, readProfile, textOf } from "./event-parts.ts";
import type { Audience as AudienceMessage, Event } from "./gen/cluster_pb.ts";

type Payload = Exclude<Event["event"], { case: undefined }>;
/** The field of an event has its name. */
type CaseOf<T extends string> = T extends `${infer Head}_${infer Rest}`
  ? `${Head}${Capitalize<CaseOf<Rest>>}`
  : T;
type ValueOf<T extends EventType> = Extract<Payload, { case: CaseOf<T> }>["value"];

interface Codec<T extends EventType> {
  readonly field: CaseOf<T>;
  readonly write: (event: EventOf<T>) => ValueOf<T>;
  /** Undefined for one that lacks what this version cannot do without. */
  readonly read: (value: ValueOf<T>, audience: Audience) => EventOf<T> | undefined;
}

const codecs: { readonly [T in EventType]: Codec<T> } = {
  texts: {
    field: "texts",
    write: ({ peer = 0, messages, except = "" }) => ({
      $typeName: "chatsrv.cluster.Texts",
      conversation: messages[0]?.conversation ?? 0,
      peer,
      except,
      messages: messages.map(textOf),
    }),
    read: ({ conversation, peer, except, messages }, audience) => ({
      type: "texts",
      audience,
      peer: peer === 0 ? undefined : userId(peer),
      messages: messages.map((text) => messageOf(text, conversation)),
      except: sessionOf(except),
    }),
  },
  friend_request: {
    field: "friendRequest",
    write: ({ from, nickname, message, again = false }) => ({
      $typeName: "chatsrv.cluster.FriendRequested",
      from: profileOf(from),
      nickname,
      message,
      again,
    }),
    read: ({ from, nickname, message, again }, audience) =>
      from && {
        type: "friend_request",
        audience,
        from: readProfile(from),
        nickname,
        message,
        ...(again && { again }),
      },
  },
  friend_added: {
    field: "friendAdded",
    write: ({ friend, again = false }) => ({
      $typeName: "chatsrv.cluster.FriendAdded",
      friend: profileOf(friend),
      again,
    }),
    read: ({ friend, again }, audience) =>
      friend && { type: "friend_added", audience, friend: readProfile(friend), ...(again && { again }) },
  },
  friend_removed: {
    field: "friendRemoved",
    write: ({ friend }) => ({ $typeName: "chatsrv.cluster.FriendRemoved", friend }),
    read: ({ friend }, audience) => ({ type: "friend_removed", audience, friend: userId(friend) }),
  },
  signal: {
    field: "signal",
    write: ({ from, medium, signal }) => ({
      $typeName: "chatsrv.cluster.Signal",
      from,
      medium,
      json: JSON.stringify(signal ?? null),
    }),
    read: ({ from, medium, json }, audience) => ({
      type: "signal",
      audience,
      from: userId(from),
      medium: medium === "video" ? "video" : "voice",
      signal: JSON.parse(json),
    }),
  },
  receipt: {
    field: "receipt",
    write: ({ conversation, peer, deliveredSeq, readSeq }) => ({
      $typeName: "chatsrv.cluster.Receipt",
      conversation,
      peer,
      deliveredSeq,
      readSeq,
    }),
    read: ({ conversation, peer, deliveredSeq, readSeq }, audience) => ({
      type: "receipt",
      audience,
      conversation: conversationId(conversation),
      peer: userId(peer),
      deliveredSeq,
      readSeq,
    }),
  },
  group_moved: {
    field: "groupMoved",
    write: () => ({ $typeName: "chatsrv.cluster.GroupMoved" }),
    read: (_, audience) => ({ type: "group_moved", audience }),
  },
  group_receipt: {
    field: "groupReceipt",
    write: ({ conversation, seq, members, delivered, read }) => ({
      $typeName: "chatsrv.cluster.GroupReceipt",
      conversation,
      seq,
      members,
      delivered,
      read,
    }),
    read: ({ conversation, seq, members, delivered, read }, audience) => ({
      type: "group_receipt",
      audience,
      conversation: conversationId(conversation),
      seq,
      members,
      delivered,
      read,
    }),
  },
  typing: {
    field: "typing",
    write: ({ from, conversation }) => ({ $typeName: "chatsrv.cluster.Typing", from, conversation }),
    read: ({ from, conversation }, audience) => ({
      type: "typing",
      audience,
      conversation: conversationId(conversation),
      from: userId(from),
    }),
  },
  presence: {
    field: "presence",
    write: ({ friend, online, lastSeen, order, between = "" }) => ({
      $typeName: "chatsrv.cluster.Presence",
      friend,
      online,
      lastSeen,
      order,
      between,
    }),
    read: ({ friend, online, lastSeen, order, between }, audience) => ({
      type: "presence",
      audience,
      friend: userId(friend),
      online,
      lastSeen,
      order,
      ...(isBetween(between) && { between }),
    }),
  },
  cursor_moved: {
    field: "cursorMoved",
    write: ({ conversation, peer = 0, deliveredSeq, readSeq, except = "" }) => ({
      $typeName: "chatsrv.cluster.CursorMoved",
      conversation,
      peer,
      deliveredSeq,
      readSeq,
      except,
    }),
    read: ({ conversation, peer, deliveredSeq, readSeq, except }, audience) => ({
      type: "cursor_moved",
      audience,
      conversation: conversationId(conversation),
      peer: peer === 0 ? undefined : userId(peer),
      deliveredSeq,
      readSeq,
      except: sessionOf(except),
    }),
  },
  settings_changed: {
    field: "settingsChanged",
    write: ({ conversation, peer = 0, mutedUntil, pinned, archived, except = "" }) => ({
      $typeName: "chatsrv.cluster.SettingsChanged",
      ...{ conversation, peer, mutedUntil, pinned, archived, except },
    }),
    read: ({ conversation, peer, mutedUntil, pinned, archived, except }, audience) => ({
      type: "settings_changed",
      audience,
      conversation: conversationId(conversation),
      peer: peer === 0 ? undefined : userId(peer),
      ...{ mutedUntil, pinned, archived },
      except: sessionOf(except),
    }),
  },
  request_gone: {
    field: "requestGone",
    write: ({ from, except = "" }) => ({ $typeName: "chatsrv.cluster.RequestGone", from, except }),
    read: ({ from, except }, audience) => ({
      type: "request_gone",
      audience,
      from: userId(from),
      except: sessionOf(except),
    }),
  },
  block_changed: {
    field: "blockChanged",
    write: ({ other, blocked, except = "" }) => ({
      $typeName: "chatsrv.cluster.BlockChanged",
      other,
      blocked,
      except,
    }),
    read: ({ other, blocked, except }, audience) => ({
      type: "block_changed",
      audience,
      other: userId(other),
      blocked,
      except: sessionOf(except),
    }),
  },
  profile_changed: {
    field: "profileChanged",
    write: ({ profile, except = "" }) => ({
      $typeName: "chatsrv.cluster.ProfileChanged",
      profile: profileOf(profile),
      except,
    }),
    read: ({ profile, except }, audience) =>
      profile && {
        type: "profile_changed",
        audience,
        profile: readProfile(profile),
        except: sessionOf(except),
      },
  },
  end_session: {
    field: "endSession",
    write: ({ session = "", reason }) => ({ $typeName: "chatsrv.cluster.EndSession", session, reason }),
    read: ({ session, reason }, audience) => ({
      type: "end_session",
      audience,
      session: sessionOf(session),
      reason: reason as EndReason,
    }),
  },
};

/** The compiler cannot pair an event, or a value, with its row through a union. */
type AnyCodec = Codec<EventType>;

const byField: ReadonlyMap<string, AnyCodec> = new Map(
  Object.values(codecs).map((codec) => [codec.field, codec as AnyCodec]),
);

/** One event as it travels. */
export function toMessage(event: UserEvent): Event {
  const { field, write } = codecs[event.type] as AnyCodec;
  const payload = { case: field, value: write(event) } as Payload;
  const { audience } = event;
  const to = "users" in audience && audience.users.length === 1 ? audience.users[0] : undefined;
  if (to !== undefined) return { $typeName: "chatsrv.cluster.Event", to, event: payload };
  return { $typeName: "chatsrv.cluster.Event", to: 0, audience: audienceOf(audience), event: payload };
}

/** The event of a message; undefined for a kind that a later version sent. */
export function fromMessage({ to, audience, event }: Event): UserEvent | undefined {
  if (event.case === undefined) return undefined;
  const whom = audience === undefined ? only(userId(to)) : readAudience(audience);
  return byField.get(event.case)?.read(event.value, whom) as UserEvent | undefined;
}

function audienceOf(audience: Audience): AudienceMessage {
  const $typeName = "chatsrv.cluster.Audience";
  if ("users" in audience) return { $typeName, users: [...audience.users], conversation: 0, except: [] };
  const { conversation, except = [] } = audience;
  return { $typeName, users: [], conversation, except: [...except] };
}

function readAudience({ users, conversation, except }: AudienceMessage): Audience {
  if (conversation === 0) return { users: users.map(userId) };
  return { conversation: conversationId(conversation), except: except.map(userId) };
}

const sessionOf = (session: string): SessionId | undefined =>
  session === "" ? undefined : sessionId(session);

const isBetween = (text: string): text is "open" | "hidden" => text === "open" || text === "hidden";
