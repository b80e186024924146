/**
 * @module e2e/flood
 * Sessions that ask for more than their share, on a server with its limits on: they are told when to come back,
 * those who do not listen are closed, and two friends who write to each other meanwhile notice nothing.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Code } from "../../src/wire/codes.ts";
import { ServiceId } from "../../src/wire/ids.ts";
import { type FrameSpec, frames, type RequestName } from "../../src/wire/messages.ts";
import { type Chatsrv, startEmbedded } from "../support/chatsrv-process.ts";
import { RawPeer } from "../support/raw-peer.ts";
import { until } from "../support/until.ts";
import { befriend, connect, makeUsers, type TestClient, type User } from "../support/users.ts";

/** Each family lets three frames pass; refusals are borne 40 times. */
const FAMILIES = ["login", "friend", "search", "signal", "cursor", "typing", "profile"];
const env = {
  CHATSRV_LIMITS_ENABLED: "true",
  ...Object.fromEntries(FAMILIES.map((name) => [`CHATSRV_LIMITS_SESSION_${name.toUpperCase()}`, "3/3600"])),
  CHATSRV_LIMITS_SESSION_OTHER: "30/3600",
  CHATSRV_LIMITS_SESSION_TEXT: "100/3600",
  CHATSRV_LIMITS_SESSION_HISTORY: "30/3600",
  CHATSRV_LIMITS_SESSION_REFUSED: "40/3600",
  CHATSRV_LIMITS_FRIEND_REQUESTS_USER: "5/3600",
  // The test makes and logs in more people than one address usually has.
  CHATSRV_LIMITS_VERIFICATION_IP: "1000/60",
  CHATSRV_LIMITS_REGISTRATION_IP: "1000/60",
  CHATSRV_LIMITS_LOGIN_IP: "1000/60",
  CHATSRV_CHATTINGSERVER_LEGACY_FRAME_GAP: "5",
};
// LOGOUTSERVER and SESSIONREVOKE may end the session at the first go.
const names = (Object.keys(frames) as (keyof typeof frames)[]).filter(
  (name): name is RequestName =>
    "request" in frames[name] && name !== "LOGOUTSERVER" && name !== "SESSIONREVOKE",
);
/** Who is used up by a test each, before those of the requests. */
const OTHERS = 7;

let server: Chatsrv;
let users: User[];
let ann: TestClient;
let ben: TestClient;
beforeAll(async () => {
  server = await startEmbedded({ env });
  users = await makeUsers(server, server.api, OTHERS + names.length, "flood");
  ann = await connect(server.api, user(0));
  ben = await connect(server.api, user(1));
  await befriend(ann, ben);
});
afterAll(async () => {
  ann.close();
  ben.close();
  expect(server.events("crashed")).toEqual([]);
  expect(await server.stop()).toBe(0);
});

function user(index: number): User {
  const found = users[index];
  if (!found) throw new Error(`there is no user ${index}`);
  return found;
}

const modern = (index: number) => RawPeer.login(server.api, user(index), { proto: 2 });

describe("every request", () => {
  for (const [index, name] of names.entries())
    test(`${name} has a limit, and tells when to come back`, async () => {
      const spec: FrameSpec = frames[name];
      const reply = spec.reply ?? ServiceId.ERROR;
      const peer = await modern(OTHERS + index);
      const { uuid } = user(OTHERS + index);
      const text = { msg_sender: uuid, msg_receiver: "1", msg_id: "x", msg_content: "x" };
      const fields = spec.request?.fields ?? {};
      // One body that has the shape of every request; a conversation is named in one way only.
      const body = {
        ...{ uuid, token: "x", username: "x", src_uuid: uuid, dst_uuid: uuid, nickname: "x", message: "x" },
        ...{ text_sender: uuid, text_receiver: "1", text_msg: [text], signal: 1, peer: "1", blocked: true },
        ...{ name: "x", members: [], seq: 1, pinned: true, text: "x" },
        ...(!("peer" in fields) && !("text_receiver" in fields) && { conversation: "1" }),
      };
      const refusal = () =>
        peer.frames.find(({ id, body: answer }) => id === reply && answer.error === Code.RATE_LIMITED);
      for (let i = 0; i < 120 && refusal() === undefined && !peer.closed; i += 20) {
        for (let j = 0; j < 20; j++) peer.send(name, body);
        peer.send("PING", { t: i });
        await until(() => peer.closed || refusal() || peer.bodies("PONG").some(({ t }) => t === i));
      }
      expect(refusal()?.body).toMatchObject({ retry_after_ms: expect.any(Number) });
      peer.terminate();
    });
});

test("100 texts in a frame are 100", async () => {
  const peer = await modern(2);
  const entry = () => ({
    msg_sender: user(2).uuid,
    msg_receiver: ann.uuid,
    msg_id: crypto.randomUUID(),
    msg_content: "x",
  });
  const send = (count: number) =>
    peer.send("TEXTCHATMSGREQUEST", {
      text_sender: user(2).uuid,
      text_receiver: ann.uuid,
      text_msg: Array.from({ length: count }, entry),
    });
  send(60);
  send(60);
  send(30);
  await peer.next("TEXTCHATMSGRESPONSE", 3);
  // The second is refused at once, the others after the store was asked.
  const codes = peer.bodies("TEXTCHATMSGRESPONSE").map(({ error }) => error);
  expect(codes.sort()).toEqual([Code.RATE_LIMITED, Code.NOT_FRIENDS, Code.NOT_FRIENDS]);
  peer.terminate();
});

test("another session of the same user has no share of its own beyond the user's", async () => {
  const peers = await Promise.all([1, 2, 3, 4].map(() => modern(3)));
  for (const peer of peers) for (let i = 0; i < 4; i++) peer.send("SEARCHUSERNAME", { username: "x" });
  const codes = await Promise.all(
    peers.map(async (peer) => {
      await peer.next("SEARCHUSERNAMERESPONSE", 4);
      return peer.bodies("SEARCHUSERNAMERESPONSE").map(({ error }) => error);
    }),
  );
  expect(codes.flat().filter((code) => code !== Code.RATE_LIMITED)).toHaveLength(6);
  for (const peer of peers) peer.terminate();
});

test("friend requests are limited by user, whatever session they come from", async () => {
  const codes: unknown[] = [];
  for (let i = 0; i < 3; i++) {
    const peer = await modern(6);
    for (let j = 0; j < 2; j++) {
      const [src_uuid, dst_uuid] = [user(6).uuid, user(i).uuid];
      peer.send("FRIENDREQUESTSENDER", { src_uuid, dst_uuid, nickname: "x", message: "x" });
    }
    await peer.next("FRIENDSENDERRESPONSE", 2);
    codes.push(...peer.bodies("FRIENDSENDERRESPONSE").map(({ error }) => error));
    peer.terminate();
  }
  expect(codes).toEqual([0, 0, 0, 0, 0, Code.RATE_LIMITED]);
});

test("who goes on regardless is told GOAWAY and closed; its friends are not", async () => {
  const peer = await modern(4);
  let sent = 0;
  while (!peer.closed && sent < 2_000) {
    for (let i = 0; i < 20; i++, sent++) peer.send("HISTORYREQUEST", { peer: ann.uuid });
    await until(() => peer.closed || peer.bodies("HISTORYRESPONSE").length >= sent, { timeoutMs: 5_000 });
  }
  expect(peer.closed).toBe(true);
  expect(peer.bodies("GOAWAY")).toEqual([{ reason: "overload", reconnect_in_ms: 10_000, resume: true }]);
  expect(peer.bodies("HISTORYRESPONSE").length).toBeLessThan(60);
  expect(server.events("session.flooded")).toMatchObject([{ user: Number(user(4).uuid) }]);
});

test("a session of the original's protocol is closed without a word that it does not know", async () => {
  const peer = await RawPeer.login(server.api, user(5));
  for (let i = 0; i < 100; i++) peer.send("SEARCHUSERNAME", { username: "x" });
  await until(() => peer.closed);
  expect(peer.violations).toEqual([]);
});

test("the friends noticed nothing", async () => {
  const text = crypto.randomUUID();
  await ann.sendText(ben.uuid, text);
  await until(() => ben.messages.at(-1)?.content === text, { what: "a text between the friends" });
  expect([...ann.states, ...ben.states]).toEqual(["connecting", "online", "connecting", "online"]);
});
