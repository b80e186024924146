/**
 * @module unit/client-groups
 * Groups through the SDK: their frames, their messages, and what is sent to them.
 */
import { describe, expect, test } from "bun:test";
import { scriptedClients } from "../support/scripted-client.ts";
import type { Peer, Received } from "../support/scripted-server.ts";
import { until } from "../support/until.ts";

const scripted = scriptedClients();
const connected = async (...how: Parameters<typeof scripted>) => {
  const made = scripted(...how);
  await made.client.connect();
  return made;
};

const GROUP = { conversation: "70" };
const head = {
  ...{ conversation: "70", kind: "group", name: "Hikers", avatar: "h.png", members: 3, role: "admin" },
  ...{ last_seq: 0, delivered_seq: 0, read_seq: 0, peer_delivered_seq: 0, peer_read_seq: 0, unread: 0 },
};
const member = (uuid: string) => ({
  ...{ uuid, username: `user${uuid}`, nickname: "", avator: "a.png", role: "member", since: 5 },
});
const info = (members: readonly object[], next?: string) => ({
  ...{
    error: 0,
    conversation: "70",
    name: "Hikers",
    avatar: "h.png",
    description: "d",
    version: 4,
    count: 3,
  },
  ...{ members, ...(next !== undefined && { next }) },
});
const pushed = (seq: number, sender = "2", more: object = {}) => ({
  ...{ error: 0, conversation: "70", text_sender: sender },
  text_msg: [
    { msg_sender: sender, msg_id: `{${seq}}`, msg_content: `${seq}`, seq, at: seq, kind: "text", ...more },
  ],
});

/** Stores what is sent: the first seq is 1. */
function storing() {
  let last = 0;
  return (peer: Peer, { name, body }: Received): void => {
    if (name !== "TEXTCHATMSGREQUEST") return;
    const acks = (body.text_msg as { msg_id: string }[]).map(({ msg_id }) => ({
      msg_id,
      seq: ++last,
      at: 9,
    }));
    const { conversation, text_receiver } = body;
    peer.send("TEXTCHATMSGRESPONSE", { error: 0, conversation: conversation ?? "12", text_receiver, acks });
  };
}

describe("a group", () => {
  test("that is shown is said to be open, in every session", async () => {
    const { client, server } = await connected((peer, { name }) => {
      if (name === "GROUPINFO") peer.send("GROUPINFORESPONSE", info([]));
    });
    const asked = () => server.bodies("GROUPINFO").map(({ open }) => open);
    client.groups.setOpen(GROUP, true);
    client.groups.setOpen(GROUP, true);
    await until(() => asked().length === 1);
    expect(asked()).toEqual([true]);
    server.peers.at(-1)?.close();
    await until(() => asked().length === 2);
    client.groups.setOpen(GROUP, false);
    await until(() => asked().length === 3);
    expect(asked()).toEqual([true, true, false]);
  });

  test("is made, looked at, changed and left", async () => {
    const { client, server } = await connected((peer, { name, body }) => {
      const answer = (body: object) => ({ error: 0, conversation: "70", ...body });
      if (name === "GROUPCREATE")
        peer.send("GROUPCREATERESPONSE", answer({ refused: [{ uuid: "9", error: 65 }] }));
      if (name === "GROUPINFO")
        peer.send(
          "GROUPINFORESPONSE",
          body.cursor === "b" ? info([member("3")]) : info([member("1"), member("2")], "b"),
        );
      if (name === "GROUPCHANGE") peer.send("GROUPCHANGERESPONSE", answer({ version: 5 }));
      if (name === "GROUPLEAVE") peer.send("GROUPLEAVERESPONSE", answer({}));
    });
    expect(await client.groups.create({ name: "Hikers", members: ["2", "9"] }, "{a}")).toEqual({
      conversation: "70",
      refused: [{ uuid: "9", error: 65 }],
    });
    const { count, version, name } = await client.groups.info(GROUP);
    expect({ count, version, name }).toEqual({ count: 3, version: 4, name: "Hikers" });
    const members = await client.groups.members(GROUP);
    expect(members.map(({ uuid }) => uuid)).toEqual(["1", "2", "3"]);
    expect(members[0]).toMatchObject({ avatar: "a.png", role: "member", since: 5 });
    const change = { name: "Climbers", add: ["4"], roles: [{ uuid: "2", role: "admin" as const }] };
    expect(await client.groups.change(GROUP, change, "{b}")).toEqual([]);
    await client.groups.leave(GROUP, "{c}");
    expect(server.bodies("GROUPCREATE")).toEqual([{ name: "Hikers", members: ["2", "9"], msg_id: "{a}" }]);
    expect(server.bodies("GROUPCHANGE")).toEqual([{ conversation: "70", ...change, msg_id: "{b}" }]);
    expect(server.bodies("GROUPLEAVE")).toEqual([{ conversation: "70", msg_id: "{c}" }]);
  });

  test("is told of at every login with what a list shows", async () => {
    const last = { seq: 1, at: 5, msg_sender: "2", kind: "text", preview: "hi" };
    const { client, server } = await connected(undefined, {
      heads: [{ ...head, unread: 1, pinned: true, last }],
    });
    const told = new Promise((resolve) => client.on("head", resolve));
    server.peers[0]?.close();
    expect(await told).toMatchObject({
      ...{ conversation: "70", kind: "group", name: "Hikers", avatar: "h.png", members: 3, role: "admin" },
      ...{
        unread: 1,
        settings: { mutedUntil: 0, pinned: true, archived: false },
        last: { seq: 1, at: 5, sender: "2", kind: "text", preview: "hi" },
      },
    });
  });

  test("is written to by its id, and its messages have no peer", async () => {
    const { client, server, messages, push } = await connected(storing(), { heads: [head] });
    expect(await client.sendText(GROUP, "hello")).toMatchObject({ seq: 1 });
    const id = messages[0]?.id ?? "";
    // Just as another device is told of it.
    expect(messages[0]).toEqual({
      ...{ conversation: "70", seq: 1, at: 9, id, sender: "1", kind: "text", content: "hello" },
      ...{ asOf: 1, mine: true },
    });
    expect(server.bodies("TEXTCHATMSGREQUEST")).toEqual([
      { conversation: "70", text_msg: [{ msg_id: id, msg_content: "hello" }] },
    ]);
    push("TEXTCHATMSGICOMINGREQUEST", pushed(2));
    push("TEXTCHATMSGICOMINGREQUEST", pushed(3, "1", { reply_to: 2 }));
    await until(() => messages.length === 3);
    expect(messages).toMatchObject([
      { conversation: "70", seq: 1, sender: "1", mine: true },
      { conversation: "70", seq: 2, sender: "2", mine: false },
      { conversation: "70", seq: 3, sender: "1", mine: true, replyTo: 2 },
    ]);
    expect(messages.some((message) => "peer" in message)).toBe(false);
    await until(() => server.bodies("ACK").at(-1)?.delivered_seq === 3);
    expect(server.bodies("ACK").at(-1)).toEqual({ conversation: "70", delivered_seq: 3, read_seq: 0 });
  });

  test("that one is added to begins where one joined, and nothing is amiss with what was before", async () => {
    const { messages, errors, push, client } = await connected((peer, { name, body }) => {
      const seen = [57, 58].filter((seq) => seq > Number(body.after_seq));
      const page = seen.map((seq) => ({
        ...{ seq, at: seq, msg_id: `{${seq}}`, msg_sender: "2", msg_content: "x", kind: "text" },
      }));
      if (name === "HISTORYREQUEST")
        peer.send("HISTORYRESPONSE", { error: 0, conversation: "70", messages: page, last_seq: 58 });
    });
    push("TEXTCHATMSGICOMINGREQUEST", pushed(58));
    await until(() => messages.length === 2);
    push("TEXTCHATMSGICOMINGREQUEST", pushed(59));
    await until(() => messages.length === 3);
    expect(messages.map(({ seq }) => seq)).toEqual([57, 58, 59]);
    expect(errors).toEqual([]);
    expect(client.cursors()).toEqual(new Map([["70", 59]]));
  });

  test("tells how far a message got, and is muted, pinned and archived on all devices", async () => {
    const { client, server, push } = await connected(
      (peer, { name, body }) => {
        const { cursor } = body;
        const members = [{ uuid: cursor ? "3" : "2", delivered: true, read: !cursor }];
        const next = cursor ? {} : { next: "c" };
        if (name === "READERS")
          peer.send("READERSRESPONSE", { error: 0, delivered: 2, read: 1, members, ...next });
        if (name === "CONVERSATIONSET") peer.send("CONVERSATIONSETRESPONSE", { error: 0 });
      },
      { heads: [head] },
    );
    expect(await client.readers({ conversation: "70", seq: 4 })).toEqual({
      ...{ delivered: 2, read: 1 },
      members: [
        { uuid: "2", delivered: true, read: true },
        { uuid: "3", delivered: true, read: false },
      ],
    });
    await client.changeSettings(GROUP, { mutedUntil: 9, pinned: true });
    expect(server.bodies("CONVERSATIONSET")).toEqual([{ conversation: "70", muted_until: 9, pinned: true }]);
    const told = new Promise((resolve) => client.on("settings", resolve));
    push("CONVERSATIONSETTINGS", { conversation: "70", muted_until: 0, pinned: false, archived: true });
    const settings = { mutedUntil: 0, pinned: false, archived: true };
    expect(await told).toEqual({ conversation: "70", settings });
  });

  test("counts who has got the newest message of one's own", async () => {
    const { client, push } = await connected(undefined, { heads: [head] });
    const told = new Promise((resolve) => client.on("groupReceipt", resolve));
    const counts = { conversation: "70", seq: 4, members: 2, delivered: 2, read: 1 };
    push("GROUPRECEIPT", counts);
    expect(await told).toEqual(counts);
  });

  test("somebody writing there is told by name", async () => {
    const { client, push } = await connected(undefined, { heads: [head] });
    const told = new Promise((resolve) => client.on("typing", resolve));
    push("TYPING", { conversation: "70", uuid: "2" });
    expect(await told).toEqual({ conversation: "70", who: "2" });
  });
});

describe("a change of a message", () => {
  test("is in the message as history has it", async () => {
    const changed = { edited_seq: 3, reactions: [{ emoji: "👍", count: 2, mine: true }] };
    const entry = { at: 1, msg_id: "{1}", msg_sender: "2", msg_content: "x", kind: "text" };
    const messages = [
      { ...entry, seq: 1, ...changed },
      { ...entry, seq: 2, msg_content: "", recalled: true },
    ];
    const { client } = await connected((peer, { name }) => {
      const page = { error: 0, conversation: "70", messages, last_seq: 5 };
      if (name === "HISTORYREQUEST") peer.send("HISTORYRESPONSE", page);
    });
    expect((await client.history(GROUP)).messages).toMatchObject([
      { seq: 1, editedSeq: 3, reactions: changed.reactions, asOf: 5 },
      { seq: 2, content: "", recalled: true, asOf: 5 },
    ]);
  });

  test("is sent as the kind that it is, and comes out as a message", async () => {
    const { client, server, messages } = await connected(storing(), { heads: [head] });
    const message = { conversation: "70", seq: 1 };
    await client.sendText(GROUP, "one");
    await client.edit(message, "two");
    await client.react(message, "👍");
    await client.react(message, "👍", false);
    await client.recall(message);
    await client.send(GROUP, { content: "answer", replyTo: 1 });
    const sent = server.bodies("TEXTCHATMSGREQUEST").flatMap(({ text_msg }) => text_msg as object[]);
    expect(sent.slice(1)).toMatchObject([
      { kind: "edit", msg_content: "two", data: { of: 1 } },
      { kind: "reaction", msg_content: "", data: { of: 1, emoji: "👍", on: true } },
      { kind: "reaction", msg_content: "", data: { of: 1, emoji: "👍", on: false } },
      { kind: "recall", msg_content: "", data: { of: 1 } },
      { msg_content: "answer", reply_to: 1 },
    ]);
    expect(messages.map(({ kind }) => kind)).toEqual([
      "text",
      "edit",
      "reaction",
      "reaction",
      "recall",
      "text",
    ]);
  });

  test("made while the connection is away is sent once, behind what was said before", async () => {
    const { client, server } = await connected(storing(), { heads: [head] });
    const message = { conversation: "70", seq: 1 };
    const away = new Promise<void>((resolve) =>
      client.on("state", ({ state }) => state === "offline" && resolve()),
    );
    server.peers[0]?.close();
    await away;
    await Promise.all([
      client.sendText(GROUP, "one"),
      client.edit(message, "two"),
      client.react(message, "👍"),
    ]);
    const frames = server.bodies("TEXTCHATMSGREQUEST").map(({ text_msg }) => text_msg as { kind?: string }[]);
    expect(frames.flat().map(({ kind = "text" }) => kind)).toEqual(["text", "edit", "reaction"]);
  });

  test("that is refused is refused alone", async () => {
    const { client, messages } = await connected(
      (peer, { name, body }) => {
        if (name !== "TEXTCHATMSGREQUEST") return;
        const texts = body.text_msg as { msg_id: string; kind?: string }[];
        const refused = texts.some(({ kind }) => kind === "edit");
        const acks = refused ? [] : texts.map(({ msg_id }, i) => ({ msg_id, seq: i + 1, at: 1 }));
        peer.send("TEXTCHATMSGRESPONSE", { error: refused ? 76 : 0, conversation: "70", acks });
      },
      { heads: [head] },
    );
    const [edit, text] = await Promise.allSettled([
      client.edit({ conversation: "70", seq: 1 }, "x"),
      client.sendText(GROUP, "y"),
    ]);
    expect(edit).toMatchObject({ status: "rejected", reason: { code: 76 } });
    expect(text).toMatchObject({ status: "fulfilled" });
    expect(messages).toMatchObject([{ content: "y" }]);
  });
});
