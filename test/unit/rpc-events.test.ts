/**
 * Every event as a message of cluster.proto and back.
 */
import { expect, test } from "bun:test";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { Message, Profile } from "../../src/domain/entities.ts";
import { conversationId, sessionId, userId } from "../../src/domain/ids.ts";
import { fromMessage, toMessage } from "../../src/rpc/events.ts";
import { EventSchema } from "../../src/rpc/gen/cluster_pb.ts";
import { type Audience, only, type UserEvent } from "../../src/services/delivery/events.ts";

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

const audiences: Audience[] = [
  { users: [] },
  { users: [userId(1), userId(2_147_483_647)] },
  { conversation: conversationId(2 ** 53 - 1), except: [] },
  { conversation: conversationId(1), except: [userId(3), userId(4)] },
];

const events: UserEvent[] = [
  ...audiences.map((audience): UserEvent => ({ type: "friend_removed", audience, friend: userId(3) })),
  {
    type: "texts",
    audience: { conversation: conversationId(1), except: [] },
    peer: undefined,
    messages: [text(1)],
    except: undefined,
  },
  {
    type: "texts",
    audience: only(to),
    peer: userId(1),
    messages: [text(1), text(2 ** 40)],
    except: sessionId("s"),
  },
  { type: "texts", audience: only(to), peer: userId(1), messages: [text(1)], except: undefined },
  {
    type: "texts",
    audience: only(to),
    peer: undefined,
    messages: [
      { ...text(7), kind: "members", data: { added: ["1"], roles: [] } },
      { ...text(8), replyTo: 7 },
    ],
    except: undefined,
  },
  {
    type: "settings_changed",
    audience: only(to),
    ...{ conversation: conversationId(2 ** 40), peer: userId(3), mutedUntil: 2 ** 41 },
    ...{ pinned: true, archived: false, except: sessionId("s") },
  },
  {
    type: "cursor_moved",
    audience: only(to),
    ...{ conversation: conversationId(1), peer: undefined, deliveredSeq: 1, readSeq: 0, except: undefined },
  },
  { type: "friend_request", audience: only(to), from: profile, nickname: "n", message: "m" },
  { type: "friend_added", audience: only(to), friend: { ...profile, sex: 0 } },
  { type: "friend_added", audience: only(to), friend: profile, again: true },
  { type: "friend_removed", audience: only(to), friend: userId(3) },
  {
    type: "signal",
    audience: only(to),
    from: userId(3),
    medium: "voice",
    signal: { sdp: ["v=0", null, { x: 1.5 }] },
  },
  { type: "signal", audience: only(to), from: userId(3), medium: "video", signal: null },
  {
    type: "receipt",
    audience: only(to),
    conversation: conversationId(2 ** 40),
    peer: userId(3),
    deliveredSeq: 2 ** 40,
    readSeq: 0,
  },
  { type: "typing", audience: only(to), conversation: conversationId(4), from: userId(3) },
  {
    type: "presence",
    audience: only(to),
    friend: userId(3),
    online: true,
    lastSeen: 1_700_000_000_000,
    order: 2 ** 50,
  },
  ...([undefined, "open", "hidden"] as const).map(
    (between): UserEvent => ({
      type: "presence",
      audience: only(to),
      friend: userId(3),
      online: false,
      lastSeen: 0,
      order: 0,
      ...(between && { between }),
    }),
  ),
  ...[sessionId("s"), undefined].flatMap((except): UserEvent[] => [
    { type: "cursor_moved", audience: only(to), ...cursor, deliveredSeq: 2 ** 40, readSeq: 2, except },
    { type: "request_gone", audience: only(to), from: userId(3), except },
    { type: "block_changed", audience: only(to), other: userId(3), blocked: except === undefined, except },
    { type: "profile_changed", audience: only(to), profile, except },
  ]),
  { type: "group_moved", audience: { conversation: conversationId(4), except: [] } },
  {
    type: "group_receipt",
    audience: only(to),
    ...{ conversation: conversationId(4), seq: 2 ** 40, members: 100_000, delivered: 5, read: 0 },
  },
  { type: "end_session", audience: only(to), session: sessionId("s"), reason: "kicked" },
  { type: "end_session", audience: only(to), session: undefined, reason: "reset" },
];

for (const event of events)
  test(`${event.type} comes out as it went in`, () => {
    const bytes = toBinary(EventSchema, toMessage(event));
    expect(fromMessage(fromBinary(EventSchema, bytes))).toEqual(event);
  });

test("whom an event of a former version is for is understood, and what is for one is told as it did", () => {
  // Field 1, `to`, is 2; field 5, the friend who was removed, is 3.
  const former = Uint8Array.of(0x08, 0x02, 0x2a, 0x02, 0x08, 0x03);
  const event: UserEvent = { type: "friend_removed", audience: only(to), friend: userId(3) };
  expect(fromMessage(fromBinary(EventSchema, former))).toEqual(event);
  expect(toBinary(EventSchema, toMessage(event))).toEqual(former);
});

test("an event of a later version is skipped, not fatal", () => {
  // Field 200 of a later version, behind `to`.
  const later = Uint8Array.of(0x08, 0x02, 0xc2, 0x0c, 0x02, 0x08, 0x01);
  expect(fromMessage(fromBinary(EventSchema, later))).toBeUndefined();
  expect(fromMessage(create(EventSchema, { event: { case: "friendAdded", value: {} } }))).toBeUndefined();
  expect(fromMessage(create(EventSchema, { event: { case: "profileChanged", value: {} } }))).toBeUndefined();
});
