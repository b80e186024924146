/**
 * @module rpc/event-parts
 * What several events carry, as messages of cluster.proto, and back.
 */
import type { Message, Profile } from "../domain/entities.ts";
import { conversationId, userId } from "../domain/ids.ts";
import type { Profile as ProfileMessage, Text } from "./gen/cluster_pb.ts";

export function textOf({ seq, sender, clientId, kind, body, at, data, replyTo = 0 }: Message): Text {
  const json = data === undefined ? "" : JSON.stringify(data);
  return { $typeName: "chatsrv.cluster.Text", seq, sender, clientId, kind, body, at, data: json, replyTo };
}

export function messageOf(text: Text, conversation: number): Message {
  const { seq, sender, clientId, kind, body, at, data, replyTo } = text;
  const message: Message = {
    conversation: conversationId(conversation),
    seq,
    sender: userId(sender),
    clientId,
    // A node of a former version, which knew texts only, names none.
    kind: kind === "" ? "text" : kind,
    body,
    at,
  };
  if (data === "" && replyTo === 0) return message;
  return { ...message, ...(data !== "" && { data: JSON.parse(data) }), ...(replyTo > 0 && { replyTo }) };
}

export function profileOf({ id, username, nickname, avatar, description, sex }: Profile): ProfileMessage {
  return { $typeName: "chatsrv.cluster.Profile", id, username, nickname, avatar, description, sex };
}

export function readProfile({ id, username, nickname, avatar, description, sex }: ProfileMessage): Profile {
  return { id: userId(id), username, nickname, avatar, description, sex: sex === 1 ? 1 : 0 };
}
