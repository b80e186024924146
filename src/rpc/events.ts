/**
 * @module rpc/events
 * UserEvents of services/ports as messages of cluster.proto, and back. Messages are written as literals, not
 * through `create`: this is on the way of every text between nodes.
 */
import type { EndReason, Message, Profile } from "../domain/entities.ts";
import { conversationId, type SessionId, sessionId, userId } from "../domain/ids.ts";
import type { UserEvent } from "../services/delivery/events.ts";
import type { Event, Profile as ProfileMessage, Text } from "./gen/cluster_pb.ts";

/** One event as it travels. */
export function toMessage(event: UserEvent): Event {
  return { $typeName: "chatsrv.cluster.Event", to: event.to, event: payloadOf(event) };
}

function payloadOf(event: UserEvent): Event["event"] {
  switch (event.type) {
    case "texts": {
      const { peer, messages, except = "" } = event;
      const conversation = messages[0]?.conversation ?? 0;
      const texts = messages.map(textOf);
      const value = {
        $typeName: "chatsrv.cluster.Texts",
        conversation,
        peer,
        except,
        messages: texts,
      } as const;
      return { case: "texts", value };
    }
    case "friend_request": {
      const { from, nickname, message } = event;
      const asker = profileOf(from);
      const value = { $typeName: "chatsrv.cluster.FriendRequested", from: asker, nickname, message } as const;
      return { case: "friendRequest", value };
    }
    case "friend_added": {
      const friend = profileOf(event.friend);
      return { case: "friendAdded", value: { $typeName: "chatsrv.cluster.FriendAdded", friend } };
    }
    case "friend_removed": {
      const { friend } = event;
      return { case: "friendRemoved", value: { $typeName: "chatsrv.cluster.FriendRemoved", friend } };
    }
    case "signal": {
      const { from, medium } = event;
      const json = JSON.stringify(event.signal ?? null);
      return { case: "signal", value: { $typeName: "chatsrv.cluster.Signal", from, medium, json } };
    }
    case "receipt": {
      const { conversation, peer, deliveredSeq, readSeq } = event;
      const marks = { conversation, peer, deliveredSeq, readSeq };
      return { case: "receipt", value: { $typeName: "chatsrv.cluster.Receipt", ...marks } };
    }
    case "typing": {
      const { from, conversation } = event;
      return { case: "typing", value: { $typeName: "chatsrv.cluster.Typing", from, conversation } };
    }
    case "presence": {
      const { friend, online, lastSeen, order, between = "" } = event;
      const value = {
        $typeName: "chatsrv.cluster.Presence",
        friend,
        online,
        lastSeen,
        order,
        between,
      } as const;
      return { case: "presence", value };
    }
    case "cursor_moved": {
      const { conversation, peer, deliveredSeq, readSeq, except = "" } = event;
      const marks = { conversation, peer, deliveredSeq, readSeq, except };
      return { case: "cursorMoved", value: { $typeName: "chatsrv.cluster.CursorMoved", ...marks } };
    }
    case "request_gone": {
      const { from, except = "" } = event;
      return { case: "requestGone", value: { $typeName: "chatsrv.cluster.RequestGone", from, except } };
    }
    case "block_changed": {
      const { other, blocked, except = "" } = event;
      const value = { $typeName: "chatsrv.cluster.BlockChanged", other, blocked, except } as const;
      return { case: "blockChanged", value };
    }
    case "profile_changed": {
      const { except = "" } = event;
      const profile = profileOf(event.profile);
      const value = { $typeName: "chatsrv.cluster.ProfileChanged", profile, except } as const;
      return { case: "profileChanged", value };
    }
    case "end_session": {
      const { session = "", reason } = event;
      return { case: "endSession", value: { $typeName: "chatsrv.cluster.EndSession", session, reason } };
    }
  }
}

/** The event of a message; undefined for a kind that a later version sent. */
export function fromMessage(message: Event): UserEvent | undefined {
  const to = userId(message.to);
  const { event } = message;
  switch (event.case) {
    case "texts": {
      const { conversation, peer, except, messages } = event.value;
      const texts = messages.map((text) => messageOf(text, conversation));
      return { type: "texts", to, peer: userId(peer), messages: texts, except: sessionOf(except) };
    }
    case "friendRequest": {
      const { from, nickname, message: words } = event.value;
      if (from === undefined) return undefined;
      return { type: "friend_request", to, from: readProfile(from), nickname, message: words };
    }
    case "friendAdded": {
      const { friend } = event.value;
      return friend === undefined ? undefined : { type: "friend_added", to, friend: readProfile(friend) };
    }
    case "friendRemoved":
      return { type: "friend_removed", to, friend: userId(event.value.friend) };
    case "signal": {
      const { from, json } = event.value;
      const medium = event.value.medium === "video" ? "video" : "voice";
      return { type: "signal", to, from: userId(from), medium, signal: JSON.parse(json) };
    }
    case "receipt": {
      const { peer, deliveredSeq, readSeq } = event.value;
      const conversation = conversationId(event.value.conversation);
      return { type: "receipt", to, conversation, peer: userId(peer), deliveredSeq, readSeq };
    }
    case "typing": {
      const { from, conversation } = event.value;
      return { type: "typing", to, conversation: conversationId(conversation), from: userId(from) };
    }
    case "presence": {
      const { friend, online, lastSeen, order, between } = event.value;
      const word = { friend: userId(friend), online, lastSeen, order };
      return { type: "presence", to, ...word, ...(isBetween(between) && { between }) };
    }
    case "cursorMoved": {
      const { conversation, peer, deliveredSeq, readSeq, except } = event.value;
      const where = { conversation: conversationId(conversation), peer: userId(peer) };
      return { type: "cursor_moved", to, ...where, deliveredSeq, readSeq, except: sessionOf(except) };
    }
    case "requestGone": {
      const { from, except } = event.value;
      return { type: "request_gone", to, from: userId(from), except: sessionOf(except) };
    }
    case "blockChanged": {
      const { other, blocked, except } = event.value;
      return { type: "block_changed", to, other: userId(other), blocked, except: sessionOf(except) };
    }
    case "profileChanged": {
      const { profile, except } = event.value;
      if (profile === undefined) return undefined;
      return { type: "profile_changed", to, profile: readProfile(profile), except: sessionOf(except) };
    }
    case "endSession": {
      const { session, reason } = event.value;
      return { type: "end_session", to, session: sessionOf(session), reason: reason as EndReason };
    }
    case undefined:
      return undefined;
  }
}

function textOf({ seq, sender, clientId, kind, body, at }: Message): Text {
  return { $typeName: "chatsrv.cluster.Text", seq, sender, clientId, kind, body, at };
}

function messageOf({ seq, sender, clientId, kind, body, at }: Text, conversation: number): Message {
  return {
    conversation: conversationId(conversation),
    seq,
    sender: userId(sender),
    clientId,
    // A node of a former version, which knew texts only, names none.
    kind: kind === "" ? "text" : kind,
    body,
    at,
  };
}

function profileOf({ id, username, nickname, avatar, description, sex }: Profile): ProfileMessage {
  return { $typeName: "chatsrv.cluster.Profile", id, username, nickname, avatar, description, sex };
}

function readProfile({ id, username, nickname, avatar, description, sex }: ProfileMessage): Profile {
  return { id: userId(id), username, nickname, avatar, description, sex: sex === 1 ? 1 : 0 };
}

const sessionOf = (session: string): SessionId | undefined =>
  session === "" ? undefined : sessionId(session);

const isBetween = (text: string): text is "open" | "hidden" => text === "open" || text === "hidden";
