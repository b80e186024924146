/**
 * Every event as a message of cluster.proto and back.
 */
import { expect, test } from "bun:test";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { Message, Profile } from "../../src/domain/entities.ts";
import { conversationId, sessionId, userId } from "../../src/domain/ids.ts";
import { fromMessage, toMessage } from "../../src/rpc/events.ts";
import { EventSchema } from "../../src/rpc/gen/cluster_pb.ts";
import type { UserEvent } from "../../src/services/delivery/events.ts";

const to = userId(2);
const profile: Profile = {
  id: userId(2_147_483_647),
  username: "eve",
  nickname: "Ève 👋",
  avatar: "a.png",
  description: "d\0",
  sex: 1,
};
const text = (seq: number): Message => ({
  conversation: conversationId(2 ** 53 - 1),
  seq,
  sender: userId(1),
  clientId: "{6f9619ff-8b86-d011-b42d-00c04fc964ff}",
  kind: "text",
  body: "hi 👋\0",
  at: 1_700_000_000_000,
});

const cursor = { conversation: conversationId(2 ** 53 - 1), peer: userId(3) };

const events: UserEvent[] = [
  { type: "texts", to, peer: userId(1), messages: [text(1), text(2 ** 40)], except: sessionId("s") },
  { type: "texts", to, peer: userId(1), messages: [text(1)], except: undefined },
  { type: "friend_request", to, from: profile, nickname: "n", message: "m" },
  { type: "friend_added", to, friend: { ...profile, sex: 0 } },
  { type: "friend_removed", to, friend: userId(3) },
  { type: "signal", to, from: userId(3), medium: "voice", signal: { sdp: ["v=0", null, { x: 1.5 }] } },
  { type: "signal", to, from: userId(3), medium: "video", signal: null },
  {
    type: "receipt",
    to,
    conversation: conversationId(2 ** 40),
    peer: userId(3),
    deliveredSeq: 2 ** 40,
    readSeq: 0,
  },
  { type: "typing", to, conversation: conversationId(4), from: userId(3) },
  { type: "presence", to, friend: userId(3), online: true, lastSeen: 1_700_000_000_000, order: 2 ** 50 },
  { type: "presence", to, friend: userId(3), online: false, lastSeen: 0, order: 0 },
  { type: "presence", to, friend: userId(3), online: true, lastSeen: 0, order: 1, between: "open" },
  { type: "presence", to, friend: userId(3), online: false, lastSeen: 0, order: 2, between: "hidden" },
  ...[sessionId("s"), undefined].flatMap((except): UserEvent[] => [
    { type: "cursor_moved", to, ...cursor, deliveredSeq: 2 ** 40, readSeq: 2, except },
    { type: "request_gone", to, from: userId(3), except },
    { type: "block_changed", to, other: userId(3), blocked: except === undefined, except },
    { type: "profile_changed", to, profile, except },
  ]),
  { type: "end_session", to, session: sessionId("s"), reason: "kicked" },
  { type: "end_session", to, session: undefined, reason: "reset" },
];

for (const event of events)
  test(`${event.type} comes out as it went in`, () => {
    const bytes = toBinary(EventSchema, toMessage(event));
    expect(fromMessage(fromBinary(EventSchema, bytes))).toEqual(event);
  });

test("an event of a later version is skipped, not fatal", () => {
  // Field 200 of a later version, behind `to`.
  const later = Uint8Array.of(0x08, 0x02, 0xc2, 0x0c, 0x02, 0x08, 0x01);
  expect(fromMessage(fromBinary(EventSchema, later))).toBeUndefined();
  expect(fromMessage(create(EventSchema, { event: { case: "friendAdded", value: {} } }))).toBeUndefined();
  expect(fromMessage(create(EventSchema, { event: { case: "profileChanged", value: {} } }))).toBeUndefined();
});
