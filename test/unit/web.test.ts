/**
 * @module unit/web
 * What the web client shows, apart from the elements that show it: conversations, lists, words and times.
 */
import { describe, expect, test } from "bun:test";
import { ChatError, type ChatMessage, Code, codeTable } from "../../src/client/index.ts";
import { webSocketUrl } from "../../src/web/model/address.ts";
import { Conversation, TYPING_MS } from "../../src/web/model/conversation.ts";
import { deviceName } from "../../src/web/model/device.ts";
import { membersWords } from "../../src/web/model/members.ts";
import { Model, nameOf } from "../../src/web/model/model.ts";
import { BrowserStorage } from "../../src/web/model/storage.ts";
import { dayName, lastSeen, shortTime } from "../../src/web/model/times.ts";
import { explain, explainEnd } from "../../src/web/model/words.ts";
import { itemsOf } from "../../src/web/views/chat/items.ts";

const NOON = new Date(2026, 4, 14, 12).getTime();
const DAY = 86_400_000;

const message = (seq: number, more: Partial<ChatMessage> = {}): ChatMessage => ({
  conversation: "12",
  peer: "2",
  seq,
  at: NOON + seq,
  id: `{${seq}}`,
  sender: more.mine ? "1" : "2",
  kind: "text",
  content: `text ${seq}`,
  asOf: seq,
  mine: false,
  ...more,
});
const head = (lastSeq: number, readSeq: number, peerReadSeq = 0, peerDeliveredSeq = peerReadSeq) => ({
  conversation: "12",
  peer: "2",
  kind: "direct" as const,
  settings: { mutedUntil: 0, pinned: false, archived: false },
  unread: lastSeq - readSeq,
  lastSeq,
  deliveredSeq: lastSeq,
  readSeq,
  peerDeliveredSeq,
  peerReadSeq,
});
const friend = (uuid: string, username: string, more = {}) => ({
  uuid,
  username,
  nickname: "",
  avatar: "",
  description: "",
  sex: 0,
  alternativeName: "",
  ...more,
});

describe("a conversation", () => {
  test("keeps messages in order, each once, however they come", () => {
    const conversation = new Conversation("2");
    conversation.take([message(7), message(8)]);
    conversation.take([message(5), message(6), message(7)]);
    conversation.take([message(9)]);
    expect(conversation.messages.map(({ seq }) => seq)).toEqual([5, 6, 7, 8, 9]);
    expect(conversation.last?.seq).toBe(9);
  });

  test("knows whether there is something before", () => {
    const conversation = new Conversation("2");
    expect(conversation.hasEarlier).toBe(false);
    conversation.head(head(3, 0));
    expect(conversation.hasEarlier).toBe(true);
    conversation.take([message(2), message(3)]);
    expect(conversation.hasEarlier).toBe(true);
    conversation.take([message(1)]);
    expect(conversation.hasEarlier).toBe(false);
  });

  test("counts what the other said and was not read, here or on another device", () => {
    const conversation = new Conversation("2");
    conversation.head(head(5, 3));
    expect(conversation.unread).toBe(2);
    conversation.take([message(6)]);
    expect(conversation.unread).toBe(3);
    conversation.take([message(7, { mine: true })]);
    expect(conversation.unread).toBe(3);
    conversation.take([message(8)]);
    expect(conversation.unread).toBe(4);
    conversation.read(6);
    expect(conversation.unread).toBe(1);
    conversation.read(8);
    expect(conversation.unread).toBe(0);
    conversation.head(head(8, 3));
    conversation.take([message(9, { mine: true })]);
    expect(conversation.unread).toBe(0);
  });

  test("tells how far a text got, and never back", () => {
    const conversation = new Conversation("2");
    const text = message(4, { mine: true });
    expect(conversation.progressOf(text)).toBe("sent");
    conversation.receipt(4, 0);
    expect(conversation.progressOf(text)).toBe("delivered");
    conversation.receipt(0, 4);
    conversation.receipt(4, 3);
    expect(conversation.progressOf(text)).toBe("read");
    expect(conversation.progressOf(message(5, { mine: true }))).toBe("sent");
  });

  test("replaces a text that was on its way by the committed one, in the same row", () => {
    const conversation = new Conversation("2");
    conversation.pending = [{ id: "{9}", content: "text 9", at: NOON }];
    const [, waiting] = itemsOf(conversation);
    expect(waiting).toMatchObject({ kind: "text", progress: "waiting", mine: true });
    conversation.take([message(9, { mine: true })]);
    const [, committed] = itemsOf(conversation);
    expect(committed).toMatchObject({ key: waiting?.key, progress: "sent" });
    expect(conversation.pending).toEqual([]);
  });

  test("keeps a refused text with its reason until it is discarded", () => {
    const conversation = new Conversation("2");
    conversation.pending = [{ id: "{9}", content: "text 9", at: NOON }];
    conversation.refuse("{9}", "Not friends.");
    expect(itemsOf(conversation)[1]).toMatchObject({ progress: "refused", problem: "Not friends." });
    conversation.discard("{9}");
    expect(itemsOf(conversation)).toEqual([]);
  });

  test("shows a line before each day, and groups what belongs together", () => {
    const conversation = new Conversation("2");
    conversation.take([
      message(1, { at: NOON - DAY }),
      message(2, { at: NOON }),
      message(3, { at: NOON + 1_000 }),
      message(4, { at: NOON + 2_000, mine: true }),
      message(5, { at: NOON + 3_600_000, mine: true }),
    ]);
    const items = itemsOf(conversation);
    expect(items.map(({ kind }) => kind)).toEqual(["day", "text", "day", "text", "text", "text", "text"]);
    const leads = items.flatMap((item) => (item.kind === "text" ? [item.leads] : []));
    expect(leads).toEqual([true, true, false, true, true]);
    expect(new Set(items.map(({ key }) => key)).size).toBe(items.length);
  });
});

describe("changes of messages", () => {
  const reaction = (seq: number, of: number, more: Partial<ChatMessage> = {}) =>
    message(seq, { kind: "reaction", content: "", data: { of, emoji: "👍", on: true }, ...more });

  test("are shown in the message that they are about, and are no rows of their own", () => {
    const { log } = new Conversation("2");
    log.take(message(1));
    log.take(message(2, { kind: "edit", content: "better", data: { of: 1 } }));
    log.take(reaction(3, 1));
    log.take(reaction(3, 1));
    expect(log.shown).toMatchObject([
      { seq: 1, content: "better", editedSeq: 2, reactions: [{ emoji: "👍", count: 1 }] },
    ]);
  });

  test("that came before the page that they are about are in it once", () => {
    const { log } = new Conversation("2");
    log.take(reaction(8, 1));
    log.take(reaction(9, 2));
    log.take(message(1, { asOf: 8, reactions: [{ emoji: "👍", count: 1, mine: false }] }));
    log.take(message(2, { asOf: 7 }));
    expect(log.shown.map(({ reactions }) => reactions?.[0]?.count)).toEqual([1, 1]);
    expect(log.firstSeq).toBe(1);
  });

  test("of one's own show at once, stay when they are committed, and go when they are refused", () => {
    const { log } = new Conversation("2");
    log.take(message(1, { mine: true }));
    const wish = { kind: "edit", content: "wished", data: { of: 1 } };
    log.wish({ ...wish, id: "{a}" });
    expect(log.shown[0]?.content).toBe("wished");
    log.forget("{a}");
    expect(log.shown[0]?.content).toBe("text 1");
    log.wish({ ...wish, id: "{b}" });
    log.take(message(2, { ...wish, id: "{b}", mine: true }));
    log.forget("{b}");
    expect(log.shown).toMatchObject([{ content: "wished", editedSeq: 2 }]);
  });

  test("count as nothing unread, and leave the last line to what was said", () => {
    const conversation = new Conversation("2");
    conversation.head(head(0, 0));
    conversation.take([message(1), message(2, { kind: "members", content: "", data: { left: ["2"] } })]);
    expect(conversation.unread).toBe(1);
  });
});

describe("a group", () => {
  const words = (data: object) =>
    membersWords(message(1, { kind: "members", data }), (uuid) => (uuid === "1" ? "You" : `user${uuid}`));

  test("says what became of it", () => {
    expect(words({ added: ["1", "3"], name: "Hikers" })).toBe(
      "user2 added You, user3, named the group “Hikers”",
    );
    const made = { added: ["2", "1"], name: "Hikers", roles: [{ uuid: "2", role: "owner" }] };
    expect(words(made)).toBe("user2 made the group “Hikers” with You");
    expect(words({ left: ["2"] })).toBe("user2 left the group");
    expect(words({ removed: ["1"] })).toBe("user2 removed You");
    expect(words({ roles: "odd" })).toBe("user2 changed the group");
  });

  test("is listed by its name and time, pinned ones first", () => {
    const model = new Model();
    model.setFriends([friend("2", "bob")]);
    const group = {
      ...head(3, 3),
      conversation: "70",
      peer: undefined,
      kind: "group" as const,
      name: "Hikers",
    };
    const last = { seq: 3, at: NOON + 9, sender: "2", kind: "text", preview: "hi" };
    model.conversations.at({ conversation: "70" }).head({ ...group, last });
    model.take(message(1));
    const titles = () => model.chats().map((chat) => model.titleOf(chat));
    expect(titles()).toEqual(["Hikers", "bob"]);
    model.conversations.with("2").settings = { mutedUntil: 0, pinned: true, archived: false };
    expect(titles()).toEqual(["bob", "Hikers"]);
  });
});

describe("the model", () => {
  test("tells several changes of one turn once", async () => {
    const model = new Model();
    let told = 0;
    const stop = model.subscribe(() => {
      told += 1;
    });
    model.changed();
    model.changed();
    await Promise.resolve();
    expect(told).toBe(1);
    stop();
    model.changed();
    await Promise.resolve();
    expect(told).toBe(1);
  });

  test("lists friends by their last message, then by name, and sums what is unread", () => {
    const model = new Model();
    model.setFriends([friend("4", "zoe"), friend("3", "ann"), friend("2", "bob")]);
    model.take(message(1));
    model.take(message(1, { conversation: "19", peer: "9" }));
    expect(model.chats().map((chat) => model.titleOf(chat))).toEqual(["bob", "ann", "zoe"]);
    expect(model.unread).toBe(1);
  });

  test("believes typing for a while, until a message comes or the connection goes", () => {
    const model = new Model();
    const conversation = model.conversations.with("2");
    conversation.typed("2", NOON);
    expect(conversation.isTyping(NOON + TYPING_MS - 1)).toBe(true);
    expect(conversation.isTyping(NOON + TYPING_MS)).toBe(false);
    model.take(message(1, { mine: true }));
    expect(conversation.isTyping(NOON)).toBe(true);
    model.take(message(2));
    expect(conversation.isTyping(NOON)).toBe(false);
    conversation.typed("2", NOON);
    model.presence.set("2", { online: true, lastSeen: NOON });
    model.disconnected();
    expect(conversation.isTyping(NOON)).toBe(false);
    expect(model.presence.size).toBe(0);
  });

  test("shows a profile that changed, a friend's under the name given here, or one's own", () => {
    const model = new Model();
    const { alternativeName: _, ...own } = friend("1", "me");
    model.profile = own;
    model.setFriends([friend("2", "bob", { alternativeName: "Bobby" })]);
    const changed = { nickname: "Bob B.", avatar: "b.png", description: "hi", sex: 1 };
    for (const uuid of ["1", "2", "9"]) model.profileChanged({ uuid, ...changed });
    expect(model.friends.get("2")).toEqual(friend("2", "bob", { ...changed, alternativeName: "Bobby" }));
    expect(model.profile).toMatchObject({ uuid: "1", username: "me", ...changed });
    expect(model.friends.size).toBe(1);
  });

  test("calls people by the name given here, else by theirs", () => {
    expect(nameOf(friend("2", "bob", { nickname: "Bob B.", alternativeName: "Bobby" }))).toBe("Bobby");
    expect(nameOf(friend("2", "bob", { nickname: "Bob B." }))).toBe("Bob B.");
    expect(nameOf(friend("2", "bob"))).toBe("bob");
  });
});

describe("what the browser keeps", () => {
  const memory = () => {
    const values = new Map<string, string>();
    return {
      values,
      getItem: (key: string) => values.get(key) ?? null,
      setItem: (key: string, value: string) => void values.set(key, value),
      removeItem: (key: string) => void values.delete(key),
    };
  };

  test("the last login, under a name with the user, until it is forgotten", () => {
    const values = memory();
    const storage = new BrowserStorage(() => values);
    expect(storage.login).toBeUndefined();
    storage.keepLogin({ uuid: "1", username: "ann", resumeToken: "r1" });
    storage.keepLogin({ uuid: "2", username: "bob", resumeToken: "r2" });
    expect([...values.values.keys()]).toContain("chatsrv.resume.1");
    expect(storage.login).toEqual({ uuid: "2", username: "bob", resumeToken: "r2" });
    storage.forgetLogin("1");
    expect(storage.login?.uuid).toBe("2");
    storage.forgetLogin("2");
    expect(storage.login).toBeUndefined();
    expect([...values.values.keys()].filter((key) => key.includes("resume"))).toEqual([]);
  });

  test("one device id", () => {
    const values = memory();
    const storage = new BrowserStorage(() => values);
    expect(storage.device).toMatch(/^[0-9a-f-]{36}$/);
    expect(new BrowserStorage(() => values).device).toBe(storage.device);
  });

  test("spoilt or forbidden storage is no storage, not a crash", () => {
    const values = memory();
    values.values.set("chatsrv.last", "1").set("chatsrv.resume.1", "{spoilt");
    const spoilt = new BrowserStorage(() => values);
    expect(spoilt.login).toBeUndefined();
    const forbidden = new BrowserStorage(() => {
      throw new Error("SecurityError");
    });
    forbidden.keepLogin({ uuid: "1", username: "ann", resumeToken: "r1" });
    expect(forbidden.login).toBeUndefined();
    expect(forbidden.device).toHaveLength(36);
  });
});

describe("words", () => {
  test("every code has a sentence", () => {
    for (const code of Object.values(Code)) expect(explain(new ChatError(code))).toMatch(/^[A-Z].*\.$/);
    expect(Object.keys(codeTable).length).toBeGreaterThan(20);
  });

  test("a field and a wait are named", () => {
    expect(explain(new ChatError(Code.INVALID_FIELD, { field: "email" }))).toContain("e-mail");
    expect(explain(new ChatError(Code.WEAK_PASSWORD, { field: "password" }))).toContain("8 characters");
    expect(explain(new ChatError(Code.RATE_LIMITED, { retryAfterMs: 41_200 }))).toContain("42 seconds");
    expect(explain(new ChatError(Code.RATE_LIMITED, { retryAfterMs: 600_000 }))).toContain("10 minutes");
    expect(explain(new TypeError("x is undefined"))).not.toContain("undefined");
  });

  test("who wanted to leave needs no reason", () => {
    expect(explainEnd("logout")).toBe("");
    for (const reason of ["kicked", "revoked", "reset", "refused"]) expect(explainEnd(reason)).not.toBe("");
  });

  test("days are called as people call them", () => {
    expect(dayName(NOON, NOON)).toBe("Today");
    expect(dayName(NOON - DAY, NOON)).toBe("Yesterday");
    expect(dayName(NOON - 6 * DAY, NOON)).not.toMatch(/\d/);
    expect(dayName(NOON - 400 * DAY, NOON)).toContain("2025");
    expect(shortTime(NOON, NOON)).toMatch(/12/);
    expect(lastSeen(NOON - DAY, NOON)).toStartWith("last seen yesterday at ");
    expect(lastSeen(0, NOON)).toBe("");
  });
});

describe("the browser", () => {
  test("is named for the list of sessions", () => {
    const chrome =
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36";
    expect(deviceName(chrome)).toBe("Chrome on Linux");
    expect(deviceName("Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0")).toBe(
      "Firefox on Android",
    );
    expect(deviceName("curl/8")).toBe("Web");
  });

  test.each([
    // What it is told, wherever it can be opened.
    ["ws://127.0.0.1:60001", "http://localhost:8080", "ws://127.0.0.1:60001"],
    ["ws://10.0.0.1:60001", "http://10.0.0.1:8080", "ws://10.0.0.1:60001"],
    ["wss://node1.example.org:60001", "https://chat.example.org", "wss://node1.example.org:60001"],
    ["wss://chat.example.org/ws?node=a", "https://chat.example.org", "wss://chat.example.org/ws?node=a"],
    // A server that only knows its loopback.
    ["ws://127.0.0.1:60001", "http://chat.local:8080", "ws://chat.local:8080/ws?node=a%20b"],
    ["ws://[::1]:60001", "http://[fd00::1]:8080", "ws://[fd00::1]:8080/ws?node=a%20b"],
    ["wss://localhost:60001", "https://chat.example.org", "wss://chat.example.org/ws?node=a%20b"],
    // A page that came over TLS.
    ["ws://127.0.0.1:60001", "https://localhost", "wss://localhost/ws?node=a%20b"],
    ["ws://10.0.0.1:60001", "https://chat.example.org:8443", "wss://chat.example.org:8443/ws?node=a%20b"],
  ])("told %s it dials from %s %s", (ws_url, page, dialled) => {
    const placement = { uuid: "1", host: "h", port: "1", token: "t", ws_url, node: "a b" };
    expect(webSocketUrl(placement, new URL(page))).toBe(dialled);
  });

  test("dials nothing where there is no WebSocket, and lets the gateway choose where it is not told the node", () => {
    const placement = { uuid: "1", host: "h", port: "1", token: "t" };
    expect(webSocketUrl(placement, new URL("https://x"))).toBeUndefined();
    expect(webSocketUrl({ ...placement, ws_url: "ws://x:1" }, new URL("https://x"))).toBe("wss://x/ws");
  });
});
