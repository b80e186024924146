/**
 * @module e2e/hostile
 * Input that no honest client sends. Whatever comes, it gets its error, and two friends who write to each
 * other meanwhile notice nothing.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { Code } from "../../src/wire/codes.ts";
import { type Chatsrv, startEmbedded } from "../support/chatsrv-process.ts";
import { RawPeer } from "../support/raw-peer.ts";
import { until } from "../support/until.ts";
import { befriend, connect, makeUsers, PASSWORD, type TestClient, type User } from "../support/users.ts";

let server: Chatsrv;
let ann: TestClient;
let ben: TestClient;
let users: User[];
const originals: RawPeer[] = [];
beforeAll(async () => {
  server = await startEmbedded();
  users = await makeUsers(server, server.api, 6, "hostile");
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

/** The bystanders are well: same connections as ever, and a text passes. */
afterEach(async () => {
  expect(originals.splice(0).flatMap(({ violations }) => violations)).toEqual([]);
  const text = crypto.randomUUID();
  await ann.sendText(ben.uuid, text);
  await until(() => ben.messages.at(-1)?.content === text, { what: "a text between the bystanders" });
  expect([...ann.states, ...ben.states]).toEqual(["connecting", "online", "connecting", "online"]);
});

function user(index: number): User {
  const found = users[index];
  if (!found) throw new Error(`there is no user ${index}`);
  return found;
}

const raw = () => RawPeer.connect(server.address("chat"));
/** A session of the original's protocol; whatever it gets is checked against that. */
const loggedIn = async (index = 2): Promise<RawPeer> => {
  const peer = await RawPeer.login(server.api, user(index));
  originals.push(peer);
  return peer;
};
const header = (id: number, length: number) => Uint8Array.of(id >> 8, id & 255, length >> 8, length & 255);
const frame = (id: number, body: Uint8Array | string) => {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  return Buffer.concat([header(id, bytes.length + 4), bytes]);
};

describe("frames", () => {
  for (const length of [0, 1, 2, 3])
    test(`a length of ${length}: the connection is closed, before and after login`, async () => {
      for (const peer of [await raw(), await loggedIn()]) {
        peer.write(header(5, length));
        await until(() => peer.closed);
      }
    });

  test("a length of 65535 with nothing behind waits, and a reset in the middle ends it", async () => {
    const peer = await loggedIn();
    peer.write(header(17, 65_535));
    peer.write(new Uint8Array(100));
    expect(peer.closed).toBe(false);
    peer.terminate();
  });

  test("ids that are no request are answered with 102 by protocol 2: unknown, the server's own, beyond 8 bits", async () => {
    const peer = await RawPeer.login(server.api, user(2), { proto: 2 });
    const ids = [0, 4, 6, 19, 24, 25, 99, 255, 256 + 9];
    for (const id of ids) peer.write(frame(id, "{}"));
    await peer.next("ERROR", ids.length);
    expect(peer.bodies("ERROR").every(({ error }) => error === Code.UNSUPPORTED)).toBe(true);
    peer.terminate();
  });

  test("before the login they are answered with 71, as every request is", async () => {
    const peer = await raw();
    for (const id of [0, 24, 110, 112, 200]) peer.write(frame(id, "{}"));
    await until(() => peer.frames.length === 5);
    expect(peer.frames.map(({ id, body }) => [id, body.error])).toEqual(
      [102, 102, 111, 102, 102].map((id) => [id, Code.NOT_LOGGED_IN]),
    );
    peer.terminate();
  });

  test("a session of the original's protocol gets no answer to an id of its contract that is no request", async () => {
    const peer = await loggedIn();
    const ids = [0, 4, 6, 19, 23];
    for (const id of ids) peer.write(frame(id, "{}"));
    peer.send("SEARCHUSERNAME", { username: user(0).username });
    await peer.next("SEARCHUSERNAMERESPONSE");
    expect(peer.frames.length).toBe(2);
    for (const id of ids) peer.write(frame(id, "{}"));
    await until(() => peer.closed, { what: "the end of one who goes on" });
    expect(peer.frames.length).toBe(2);
  });

  test("and is closed without one at an id beyond, protocol 2's included", async () => {
    for (const id of [24, 112, 130, 65_535]) {
      const peer = await loggedIn();
      peer.write(frame(id, '{"peer":"1"}'));
      await until(() => peer.closed);
      expect(peer.frames.length).toBe(1);
    }
  });

  test("byte by byte and all at once: the same answers", async () => {
    const slow = await loggedIn();
    const fast = await loggedIn(3);
    const bytes = Buffer.concat(
      [1, 2, 3].map(() => frame(9, JSON.stringify({ username: user(0).username }))),
    );
    for (const byte of bytes) slow.write(Uint8Array.of(byte));
    fast.write(bytes);
    await Promise.all([slow.next("SEARCHUSERNAMERESPONSE", 3), fast.next("SEARCHUSERNAMERESPONSE", 3)]);
    expect(slow.bodies("SEARCHUSERNAMERESPONSE")).toEqual(fast.bodies("SEARCHUSERNAMERESPONSE"));
    slow.terminate();
    fast.terminate();
  });

  test("one bad frame after another ends the connection", async () => {
    const peer = await loggedIn();
    for (let i = 0; i < 30; i++) peer.write(frame(9, "not json"));
    await until(() => peer.closed);
    expect(peer.bodies("SEARCHUSERNAMERESPONSE").length).toBeLessThan(15);
  });

  test("100 connections that are reset in the middle of a frame", async () => {
    await Promise.all(
      Array.from({ length: 100 }, async (_, i) => {
        const peer = await raw();
        peer.write(frame(5, JSON.stringify({ uuid: "1", token: "x".repeat(200) })).subarray(0, i + 1));
        peer.terminate();
      }),
    );
  });
});

describe("bodies", () => {
  const answers: [what: string, body: Uint8Array | string, code: number][] = [
    ["invalid UTF-8", Uint8Array.of(0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d), Code.NOT_JSON],
    ["no JSON", "{", Code.NOT_JSON],
    ["nothing", "", Code.NOT_JSON],
    ["NUL bytes", "\u0000\u0000", Code.NOT_JSON],
    ["10,000 nested arrays", `{"username":${"[".repeat(10_000)}${"]".repeat(10_000)}}`, Code.NOT_JSON],
    ["30,000 open arrays", "[".repeat(30_000), Code.NOT_JSON],
    ["an array", "[]", Code.INVALID_FIELD],
    ["null", "null", Code.INVALID_FIELD],
    ["a number", "1e999", Code.INVALID_FIELD],
    ["a missing field", "{}", Code.INVALID_FIELD],
    ["a number for a text", '{"username":1}', Code.INVALID_FIELD],
    ["an own toString", '{"username":{"toString":"x"}}', Code.INVALID_FIELD],
    ["a prototype", '{"__proto__":{"username":"x"}}', Code.INVALID_FIELD],
  ];
  for (const [what, body, code] of answers)
    test(`${what}: ${code}`, async () => {
      const peer = await loggedIn();
      peer.write(frame(9, body));
      expect(await peer.next("SEARCHUSERNAMERESPONSE")).toEqual({ error: code });
      peer.terminate();
    });

  test("a text over 16 KiB and a frame of too many texts: 69, and nothing is stored", async () => {
    const peer = await RawPeer.login(server.api, user(0), { proto: 2 });
    const entry = (msg_content: string) => ({
      msg_sender: ann.uuid,
      msg_receiver: ben.uuid,
      msg_id: `{${crypto.randomUUID()}}`,
      msg_content,
    });
    const send = (text_msg: object[]) =>
      peer.send("TEXTCHATMSGREQUEST", { text_sender: ann.uuid, text_receiver: ben.uuid, text_msg });
    const before = (await ann.history(ben.uuid)).lastSeq;
    send([entry("x".repeat(16_385))]);
    send([entry("€".repeat(5_462))]);
    send(Array.from({ length: 101 }, () => entry("x")));
    send([]);
    const codes = [1, 2, 3, 4].map(async (n) => (await peer.next("TEXTCHATMSGRESPONSE", n)).error);
    expect(await Promise.all(codes)).toEqual([69, 69, 69, 67]);
    expect((await ann.history(ben.uuid)).lastSeq).toBe(before);
    peer.terminate();
  });
});

describe("sessions", () => {
  test("before the login everything but login and PING is 71", async () => {
    const peer = await raw();
    peer.send("SEARCHUSERNAME", { username: "x" });
    expect(await peer.next("SEARCHUSERNAMERESPONSE")).toEqual({ error: Code.NOT_LOGGED_IN });
    peer.send("HISTORYREQUEST", { peer: "1" });
    expect(await peer.next("HISTORYRESPONSE")).toMatchObject({ error: Code.NOT_LOGGED_IN });
    peer.send("PING", { t: "x" });
    expect(await peer.next("PONG")).toMatchObject({ t: "x" });
    peer.terminate();
  });

  test("a connection that says nothing is closed within about 10 seconds", async () => {
    const peer = await raw();
    await until(() => peer.closed, { timeoutMs: 14_000 });
  }, 20_000);

  test("a second login on one connection is refused", async () => {
    const peer = await loggedIn();
    peer.send("LOGINSERVER", { uuid: user(2).uuid, token: "x" });
    expect(await peer.next("LOGINRESPONSE", 2)).toEqual({ error: Code.LOGGED_IN_ELSEWHERE });
    peer.terminate();
  });

  test("nobody acts as somebody else", async () => {
    const peer = await loggedIn(2);
    const me = user(2).uuid;
    const victim = ann.uuid;
    const before = (await ann.history(ben.uuid)).lastSeq;
    const refused = async (answer: Promise<Record<string, unknown>>) =>
      expect((await answer).error).toBe(Code.INVALID_FIELD);

    peer.send("FRIENDREQUESTSENDER", { src_uuid: victim, dst_uuid: user(4).uuid, nickname: "", message: "" });
    await refused(peer.next("FRIENDSENDERRESPONSE"));
    peer.send("FRIENDREQUESTCONFIRM", { src_uuid: ben.uuid, dst_uuid: victim, alternative_name: "" });
    await refused(peer.next("FRIENDCONFIRMRESPONSE"));
    const entry = (msg_sender: string, msg_receiver: string) => [
      { msg_sender, msg_receiver, msg_id: "{x}", msg_content: "forged" },
    ];
    const sends = [
      { text_sender: victim, text_receiver: ben.uuid, text_msg: entry(victim, ben.uuid) },
      { text_sender: me, text_receiver: ben.uuid, text_msg: entry(victim, ben.uuid) },
      { text_sender: me, text_receiver: ben.uuid, text_msg: entry(me, victim) },
    ];
    for (const [i, body] of sends.entries()) {
      peer.send("TEXTCHATMSGREQUEST", body);
      await refused(peer.next("TEXTCHATMSGRESPONSE", i + 1));
    }
    peer.send("VOICECHATMSGREQUEST", { src_uuid: victim, dst_uuid: ben.uuid, signal: 1 });
    await refused(peer.next("VOICETCHATMSGRESPONSE"));
    expect((await ann.history(ben.uuid)).lastSeq).toBe(before);
    peer.terminate();
  });

  test("nobody reads or ends what is somebody else's", async () => {
    const stranger = await connect(server.api, user(3));
    expect(await stranger.history(ann.uuid).catch((error) => error.code)).toBe(Code.NOT_FRIENDS);
    const session = ann.session?.id ?? "";
    await stranger.account.revokeSession(session).catch(() => {});
    expect(ann.state).toBe("online");
    stranger.close();
  });
});

describe("texts in every field", () => {
  const nasty = [
    "'; DROP TABLE Authentication; --",
    '"\\"\\\\',
    "NUL \u0000 inside",
    "👩‍👩‍👧‍👦 ｆｕｌｌ \u202eright-to-left\u202c", // closed: a name may not turn what stands beside it
    "%s%n$(x)<b>",
  ];

  test("friend request, names, profile: come back as they were", async () => {
    for (const [i, text] of nasty.entries()) {
      const [a, b] = await makeUsers(server, server.api, 2, `nasty${i}`);
      if (!a || !b) throw new Error("two users were asked for");
      const [asker, asked] = [await connect(server.api, a), await connect(server.api, b)];
      await asker.account.updateProfile({ nickname: text, avatar: text, description: text, sex: 1 });
      await asker.people.requestFriend(asked.uuid, { nickname: text, message: text });
      const request = await until(() => asked.people.friendRequests[0]);
      expect(request).toMatchObject({
        message: text,
        from: { nickname: text, avatar: text, description: text, sex: 1 },
      });
      await asked.people.confirmFriend(asker.uuid, text);
      const [friend] = await asked.people.friends();
      expect(friend).toMatchObject({ alternativeName: text, nickname: text, description: text, sex: 1 });
      expect(await asker.people.search(text).catch((error) => error.code)).toBe(Code.NAME_NOT_FOUND);
      asker.close();
      asked.close();
    }
  });

  test("over HTTP: each gets an error number or works, never a 500", async () => {
    for (const text of [...nasty, "x".repeat(2_000), "", " ", "\ud800"]) {
      const account = { username: text, password: text, email: text, cpatcha: text };
      for (const path of [
        "get_verification",
        "post_registration",
        "check_accountexists",
        "reset_password",
        "trylogin_server",
      ]) {
        const response = await fetch(`${server.url}/${path}`, {
          method: "POST",
          body: JSON.stringify(account),
        });
        expect([path, response.status]).toEqual([path, 200]);
        expect(((await response.json()) as { error: number }).error).toBeGreaterThan(0);
      }
    }
    expect(await server.api.accountExists(user(0))).toBe(true);
  });

  test("one name in another case, width or with spaces around it is the same name", async () => {
    const { username } = user(0);
    const wide = [...username].map((c) =>
      c >= "a" && c <= "z" ? String.fromCodePoint(c.charCodeAt(0) + 0xfee0) : c,
    );
    for (const same of [username.toUpperCase(), `${username} `, wide.join("")]) {
      expect((await server.api.login(same, PASSWORD)).uuid).toBe(user(0).uuid);
    }
  });
});

describe("a reader that stops reading", () => {
  test("for a while: nothing is lost or reordered", async () => {
    const [a, b] = await makeUsers(server, server.api, 2, "slow");
    if (!a || !b) throw new Error("two users were asked for");
    const sender = await connect(server.api, a);
    const friend = await connect(server.api, b);
    await befriend(sender, friend);
    await friend.logout();
    const slow = await RawPeer.login(server.api, b, { proto: 2 });
    slow.pause();
    const texts = Array.from({ length: 200 }, (_, i) => `${i} ${"x".repeat(12_000)}`);
    await sender.sendTexts(b.uuid, texts);
    slow.resume();
    const received = () =>
      slow
        .bodies("TEXTCHATMSGICOMINGREQUEST")
        .flatMap(({ text_msg }) => text_msg as { msg_content: string }[]);
    await until(() => received().length === 200);
    expect(received().map(({ msg_content }) => msg_content)).toEqual(texts);
    slow.terminate();
    sender.close();
  });

  test("for ever: it is cut, and gets the rest when it comes back", async () => {
    const [a, b] = await makeUsers(server, server.api, 2, "stuck");
    if (!a || !b) throw new Error("two users were asked for");
    const sender = await connect(server.api, a);
    const friend = await connect(server.api, b);
    await befriend(sender, friend);
    await friend.logout();
    const stuck = await RawPeer.login(server.api, b, { proto: 2 });
    stuck.pause();
    const cut = () =>
      server
        .events("session.closed")
        .some(({ user: id, reason }) => String(id) === b.uuid && reason !== "peer");
    const texts: string[] = [];
    while (!cut() && texts.length < 4_000) {
      const batch = Array.from({ length: 50 }, (_, i) => `${texts.length + i} ${"y".repeat(15_000)}`);
      texts.push(...batch);
      await sender.sendTexts(b.uuid, batch);
    }
    expect(cut()).toBe(true);
    const back = await connect(server.api, b, { known: new Map() });
    expect(back.from(a.uuid)).toEqual(texts);
    stuck.terminate();
    back.close();
    sender.close();
  }, 60_000);

  test("that also floods: its own connection suffers, nobody else's", async () => {
    const peer = await loggedIn(4);
    peer.pause();
    const pings = Buffer.concat(
      Array.from({ length: 2_000 }, () => frame(100, JSON.stringify({ t: "z".repeat(1_000) }))),
    );
    for (let i = 0; i < 20; i++) peer.write(pings);
    const text = crypto.randomUUID();
    await ann.sendText(ben.uuid, text);
    await until(() => ben.messages.at(-1)?.content === text);
    peer.terminate();
  });
});
