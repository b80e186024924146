/**
 * @module unit/client
 * The SDK against a scripted server: login, what is pushed during it, reconnecting and its ends.
 */
import { describe, expect, test } from "bun:test";
import { scriptedClients } from "../support/scripted-client.ts";
import type { Peer, Received } from "../support/scripted-server.ts";
import { until } from "../support/until.ts";

const setUp = scriptedClients();

const pushed = (seq: number, sender = "2") => ({
  error: 0,
  conversation: `1${sender}`,
  text_sender: sender,
  text_receiver: "1",
  text_msg: [
    { msg_sender: sender, msg_receiver: "1", msg_id: `{${seq}}`, msg_content: `${seq}`, seq, at: seq },
  ],
});

const head = (peer: string, last_seq: number, delivered_seq = 0) => ({
  conversation: `1${peer}`,
  peer,
  kind: "direct",
  unread: 0,
  last_seq,
  delivered_seq,
  read_seq: 0,
  peer_delivered_seq: 0,
  peer_read_seq: 0,
});

/** Answers HISTORY from a log of `last` texts. */
function answerHistory(peer: Peer, { name, body }: Received, last: number): void {
  if (name !== "HISTORYREQUEST") return;
  const after = Number(body.after_seq ?? 0);
  const messages = Array.from({ length: last - after }, (_, i) => {
    const seq = after + 1 + i;
    return { seq, at: seq, msg_id: `{${seq}}`, msg_sender: "2", msg_content: `${seq}`, kind: "text" };
  });
  peer.send("HISTORYRESPONSE", {
    error: 0,
    conversation: `1${body.peer}`,
    peer: body.peer,
    messages,
    last_seq: last,
  });
}

describe("connect", () => {
  test("logs in with protocol 2 and resolves when nothing was missed", async () => {
    const { server, client, states } = setUp(undefined, {}, { device: "phone", name: "test/1" });
    await client.connect();
    expect(server.bodies("LOGINSERVER")).toEqual([
      { uuid: "1", token: "token", proto: 2, device: "phone", name: "test/1" },
    ]);
    expect(states).toEqual(["connecting", "online"]);
    expect(client.uuid).toBe("1");
    expect(client.resumeToken).toBe("ticket");
    expect(client.account.profile?.username).toBe("ann");
  });

  test("fetches what was missed, merges what is pushed at every step, acknowledges once", async () => {
    const { server, client, messages } = setUp(
      (peer, frame) => {
        // A push in the same write as the login answer, one before the history, one after it.
        if (frame.name === "HISTORYREQUEST") peer.send("TEXTCHATMSGICOMINGREQUEST", pushed(6));
        answerHistory(peer, frame, 5);
        if (frame.name === "HISTORYREQUEST") peer.send("TEXTCHATMSGICOMINGREQUEST", pushed(7));
      },
      { heads: [head("2", 4, 2)] },
    );
    await client.connect();
    await until(() => messages.length === 5);
    expect(messages.map(({ seq, content, peer, mine }) => [seq, content, peer, mine])).toEqual(
      [3, 4, 5, 6, 7].map((seq) => [seq, `${seq}`, "2", false]),
    );
    await until(() => server.bodies("ACK").at(-1)?.delivered_seq === 7);
    expect(server.bodies("ACK").length).toBeLessThanOrEqual(2);
  });

  test("reads all pages of heads", async () => {
    const { client, messages } = setUp(
      (peer, frame) => {
        if (frame.name === "HEADSREQUEST" && frame.body.cursor === "a")
          peer.send("HEADSRESPONSE", { error: 0, heads: [head("3", 1)], next: "b" });
        if (frame.name === "HEADSREQUEST" && frame.body.cursor === "b")
          peer.send("HEADSRESPONSE", { error: 0, heads: [head("4", 1)] });
        answerHistory(peer, frame, 1);
      },
      { heads: [head("2", 1)], heads_next: "a" },
    );
    await client.connect();
    expect(messages.map(({ peer }) => peer).sort()).toEqual(["2", "3", "4"]);
  });

  test("waits as long as a rate limit asks, and goes on", async () => {
    let turnedAway = 2;
    const { client, messages } = setUp(
      (peer, frame) => {
        if (frame.name === "HISTORYREQUEST" && turnedAway-- > 0)
          peer.send("HISTORYRESPONSE", { error: 64, retry_after_ms: 5 });
        else answerHistory(peer, frame, 1);
      },
      { heads: [head("2", 1)] },
    );
    await client.connect();
    expect(messages.length).toBe(1);
  });

  test("is refused for good with a wrong password, and tries again when the gateway is away", async () => {
    const wrong = setUp();
    wrong.server.httpErrors.push({ error: 13 });
    expect(await wrong.client.connect().catch((error) => error.code)).toBe(13);
    expect(wrong.states).toEqual(["connecting", "ended: refused"]);

    const away = setUp();
    away.server.httpErrors.push({ error: 3 }, { error: 8 }, { error: 6 });
    await away.client.connect();
    expect(away.server.httpCalls.length).toBe(4);
  });
});

describe("a lost connection", () => {
  test("comes back with the resume token, then with the password when that is void", async () => {
    const { server, client, states } = setUp();
    await client.connect();
    server.peers[0]?.close();
    await until(() => server.peers.length === 2 && client.state === "online");
    expect(server.httpCalls).toEqual(["/trylogin_server", "/resume_server"]);
    expect(states.slice(2)).toEqual(["offline", "connecting", "online"]);

    server.httpErrors.push({ error: 14 });
    server.peers[1]?.close();
    await until(() => server.peers.length === 3 && client.state === "online");
    expect(server.httpCalls.slice(2)).toEqual(["/resume_server", "/trylogin_server"]);
  });

  test("texts on their way are sent again with the same id", async () => {
    const { server, client, messages } = setUp((peer, { name, body }) => {
      if (name !== "TEXTCHATMSGREQUEST") return;
      if (peer.index === 0) return peer.close();
      const [text] = body.text_msg as { msg_id: string }[];
      const acks = [{ msg_id: text?.msg_id, seq: 1, at: 5, duplicate: true }];
      peer.send("TEXTCHATMSGRESPONSE", {
        error: 0,
        conversation: "12",
        text_sender: "1",
        text_receiver: "2",
        acks,
      });
    });
    await client.connect();
    expect(await client.sendText("2", "hello")).toMatchObject({ seq: 1, at: 5, duplicate: true });
    const ids = server
      .bodies("TEXTCHATMSGREQUEST")
      .map(({ text_msg }) => (text_msg as { msg_id: string }[])[0]?.msg_id);
    expect(ids.length).toBe(2);
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toMatch(/^\{[0-9a-f-]{36}\}$/);
    expect(messages).toMatchObject([{ seq: 1, mine: true, content: "hello" }]);
  });

  test("a server that stops answering counts as lost", async () => {
    const { server, client } = setUp(undefined, { ping_interval: 10 }, { requestTimeoutMs: 60 });
    await client.connect();
    await until(() => server.peers.length === 2);
    expect(server.bodies("PING").length).toBeGreaterThan(0);
  });

  test("a request that waits fails with 2", async () => {
    const { client } = setUp((peer, { name }) => {
      if (name === "SEARCHUSERNAME") peer.close();
    });
    await client.connect();
    expect(await client.people.search("x").catch((error) => error.code)).toBe(2);
    expect(await client.people.friends().catch((error) => error.code)).toBe(2);
  });
});

describe("GOAWAY", () => {
  test("drain: nothing new goes out, and the client moves when it was asked to", async () => {
    const textsAt: number[] = [];
    const { server, client, states } = setUp((peer, { name, body }) => {
      if (name !== "TEXTCHATMSGREQUEST") return;
      textsAt.push(peer.index);
      const acks = (body.text_msg as { msg_id: string }[]).map(({ msg_id }) => ({ msg_id, seq: 1, at: 1 }));
      peer.send("TEXTCHATMSGRESPONSE", { error: 0, text_receiver: "2", acks });
    });
    await client.connect();
    const told = new Promise((resolve) => client.on("receipt", resolve));
    server.peers[0]?.sendAll([
      ["GOAWAY", { reason: "drain", reconnect_in_ms: 30, resume: true }],
      ["RECEIPT", { conversation: "12", peer: "2", delivered_seq: 1, read_seq: 0 }],
    ]);
    await told;
    await client.sendText("2", "x");
    expect(textsAt).toEqual([1]);
    expect(states).toEqual(["connecting", "online", "offline", "connecting", "online"]);
  });

  test("overload: a server that closes at once is left alone for as long as it asked", async () => {
    const { server, client, states } = setUp();
    await client.connect();
    const from = performance.now();
    server.peers[0]?.send("GOAWAY", { reason: "overload", reconnect_in_ms: 300, resume: true });
    server.peers[0]?.close();
    await until(() => states.length === 5, { what: "the client to be back" });
    expect(performance.now() - from).toBeGreaterThanOrEqual(299);
    expect(states).toEqual(["connecting", "online", "offline", "connecting", "online"]);
  });

  for (const reason of ["kicked", "revoked", "reset"])
    test(`${reason}: it is over`, async () => {
      const { server, client, states } = setUp();
      await client.connect();
      const text = client.sendText("2", "x").catch((error) => error.code);
      server.peers[0]?.send("GOAWAY", { reason, reconnect_in_ms: 0, resume: false });
      expect(await text).toBe(2);
      expect(states.at(-1)).toBe(`ended: ${reason}`);
      expect(await client.connect().catch((error) => error.code)).toBe(2);
    });
});

describe("events", () => {
  test("friend requests once each: those that waited, and those that come", async () => {
    const listed = {
      src_uuid: "5",
      dst_uuid: "1",
      username: "eve",
      avator: "",
      nickname: "Eve",
      description: "",
      message: "hi",
      sex: 1,
    };
    const { server, client } = setUp(undefined, { FriendRequestList: [listed] });
    const seen: string[] = [];
    client.on("friendRequest", ({ from, message }) => seen.push(`${from.uuid} ${message}`));
    await client.connect();
    const incoming = (src_uuid: string, src_message: string) => ({
      error: 0,
      src_uuid,
      dst_uuid: "1",
      src_nickname: "Eve",
      src_message,
      src_avator: "",
      src_username: "eve",
      src_desc: "",
      src_sex: 1,
    });
    const ask = (src: string, message: string) =>
      ["FRIENDREINCOMINGREQUEST", incoming(src, message)] as const;
    server.peers[0]?.sendAll([ask("5", "hi"), ask("6", "hello"), ask("6", "hello"), ask("5", "again")]);
    await until(() => seen.length === 3);
    expect(seen).toEqual(["5 hi", "6 hello", "5 again"]);
    expect(client.people.friendRequests.map(({ from }) => from.uuid)).toEqual(["5", "6"]);
  });

  test("a kind that is not known comes out as it is, pushed or from history", async () => {
    const entry = { msg_id: "{a}", msg_sender: "2", msg_content: "words", at: 1, kind: "hologram" };
    const { client, messages } = setUp(
      (peer, { name }) => {
        const page = {
          error: 0,
          conversation: "12",
          peer: "2",
          messages: [{ ...entry, seq: 1 }],
          last_seq: 1,
        };
        if (name === "HISTORYREQUEST") peer.send("HISTORYRESPONSE", page);
        const text_msg = [{ ...entry, msg_receiver: "1", seq: 2 }];
        if (name === "HISTORYREQUEST") peer.send("TEXTCHATMSGICOMINGREQUEST", { ...pushed(2), text_msg });
      },
      { heads: [head("2", 1)] },
    );
    await client.connect();
    await until(() => messages.length === 2);
    expect(messages).toMatchObject([1, 2].map((seq) => ({ seq, kind: "hologram", content: "words" })));
    expect(client.cursors()).toEqual(new Map([["12", 2]]));
  });

  test("a conversation is addressed by the peer, or by anything that names it", async () => {
    const { server, client, messages } = setUp((peer, frame) => answerHistory(peer, frame, 1), {
      heads: [head("2", 1)],
    });
    await client.connect();
    await client.history("2", { after: 1 });
    await client.history({ conversation: "12" }, { after: 1 });
    const [message] = messages;
    if (message) client.markRead(message, 1);
    await until(() => server.bodies("ACK").at(-1)?.read_seq === 1);
    const asked = server.bodies("HISTORYREQUEST").slice(1);
    expect(asked).toEqual([1, 2].map(() => ({ peer: "2", after_seq: 1 })));
  });

  test("a listener that throws disturbs nobody", async () => {
    const { server, client, messages } = setUp();
    const errors: unknown[] = [];
    client.on("message", () => {
      throw new Error("mine");
    });
    client.on("error", (error) => errors.push(error));
    await client.connect();
    server.peers[0]?.sendAll([
      ["TEXTCHATMSGICOMINGREQUEST", pushed(1)],
      ["TEXTCHATMSGICOMINGREQUEST", pushed(2)],
      ["RECEIPT", { conversation: "12", peer: "2", delivered_seq: 1, read_seq: 0 }],
    ]);
    await until(() => messages.length === 2 && errors.length === 2);
  });
});
