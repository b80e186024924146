/**
 * @module e2e/desktop
 * The original's desktop client survives us, line by line of what was observed of it.
 */
import { describe, expect, test } from "bun:test";
import { Code } from "../../src/wire/codes.ts";
import { ServiceId } from "../../src/wire/ids.ts";
import { startEmbedded } from "../support/chatsrv-process.ts";
import { desks } from "../support/desks.ts";
import { DesktopPeer } from "../support/desktop-peer.ts";
import { RawPeer } from "../support/raw-peer.ts";
import { until } from "../support/until.ts";
import { befriend, connect, makeUsers, PASSWORD, type TestClient, type User } from "../support/users.ts";

const desk = desks();
const { desktop, modern } = desk;

async function users(count: number): Promise<User[]> {
  return makeUsers(desk.server, desk.server.api, count, "desk");
}

const pair = async (): Promise<[User, User]> => {
  const [a, b] = await users(2);
  if (!a || !b) throw new Error("two users were asked for");
  return [a, b];
};

/** Two friends, made so by modern clients that are gone again. */
async function friends(): Promise<[User, User]> {
  const [a, b] = await pair();
  const clients = [await connect(desk.server.api, a), await connect(desk.server.api, b)] as const;
  await befriend(...clients);
  for (const client of clients) client.close();
  return [a, b];
}

describe("the desktop client", () => {
  test("registers, finds its account, and logs in with indented JSON over HTTP", async () => {
    const peer = desk.desk();
    const username = `desk-${crypto.randomUUID().slice(0, 8)}`;
    const email = `${username}@example.org`;
    expect(await peer.post("/get_verification", { email })).toEqual({ error: 0, email });
    const cpatcha = await desk.server.code(email);
    const account = { username, password: PASSWORD, email, cpatcha };
    const registered = await peer.post("/post_registration", account);
    expect(registered).toEqual({ error: 0, username, email, uuid: expect.stringMatching(/^\d+$/) });
    expect(await peer.post("/check_accountexists", { username, email })).toEqual({
      error: 0,
      username,
      email,
    });
    const answer = await peer.login({ username, password: PASSWORD });
    expect(answer).toEqual({
      error: 0,
      uuid: String(registered.uuid),
      username,
      nickname: username,
      avator: `${Number(registered.uuid) % 9}.png`,
      description: username,
      sex: 0,
    });
    expect(peer.violations).toEqual([]);
  });

  test("a failed login is answered and the connection closed", async () => {
    const [a] = await pair();
    const peer = desk.desk();
    const placement = await peer.post("/trylogin_server", { username: a.username, password: a.password });
    expect(await peer.loginAt({ ...placement, token: "wrong" })).toEqual({ error: Code.TOKEN_REFUSED });
    await until(() => peer.closed);
    expect(peer.violations).toEqual([]);
  });

  test("its dialogs' triplicates are each answered, and take effect once", async () => {
    const [a, b] = await pair();
    const [asker, asked] = [await desktop(a), await desktop(b)];
    asker.search(b.username);
    const found = await until(() => asker.bodies(ServiceId.SEARCHUSERNAMERESPONSE)[0]);
    expect(found).toMatchObject({ error: 0, uuid: b.uuid, username: b.username });

    asker.requestFriend(b.uuid);
    await until(() => asker.bodies(ServiceId.FRIENDSENDERRESPONSE).length === 3);
    await until(() => asked.requests.has(a.uuid));
    asked.confirmFriend(a.uuid);
    await until(() => asked.bodies(ServiceId.FRIENDCONFIRMRESPONSE).length === 3);
    await until(() => asker.friends.has(b.uuid) && asked.friends.has(a.uuid));
    asker.sendText(b.uuid, "first");
    await until(() => asked.shown.length === 1);
    expect(asked.bodies(ServiceId.FRIENDING_ON_BIDDIRECTIONAL).length).toBe(1);
    expect(asker.bodies(ServiceId.FRIENDING_ON_BIDDIRECTIONAL).length).toBe(1);
    expect([...asker.violations, ...asked.violations]).toEqual([]);

    const again = await desktop(b);
    expect(again.friends).toEqual(new Set([a.uuid]));
    expect(again.requests.size).toBe(0);
  });

  test("its cards are not blank: a nickname and a picture stand in for what is empty, for it alone", async () => {
    const [a, b] = await pair();
    const picture = (user: User) => `${Number(user.uuid) % 9}.png`;
    const client = await modern(a);
    const old = await desktop(b);
    await client.account.updateProfile({ nickname: "Ann" });
    old.search(a.username);
    const found = await until(() => old.bodies(ServiceId.SEARCHUSERNAMERESPONSE)[0]);
    expect(found).toMatchObject({ nickname: "Ann", description: "Ann", avator: picture(a) });

    await client.people.requestFriend(b.uuid, { nickname: "me" });
    const asked = await until(() => old.bodies(ServiceId.FRIENDREINCOMINGREQUEST)[0]);
    expect(asked).toMatchObject({ src_nickname: "me", src_desc: "Ann", src_avator: picture(a) });
    const second = desk.desk();
    const { FriendRequestList } = await second.login(b);
    expect(FriendRequestList).toMatchObject([{ nickname: "me", description: "Ann", avator: picture(a) }]);

    second.confirmFriend(a.uuid);
    const added = await until(() => second.bodies(ServiceId.FRIENDING_ON_BIDDIRECTIONAL)[0]);
    expect(added).toMatchObject({ friend_desc: "Ann", friend_avator: picture(a) });
    expect(await client.people.search(b.username)).toMatchObject({ description: "", avatar: "" });
    await client.account.updateProfile({ description: "busy", avatar: "cat.png" });
    const third = desk.desk();
    const answer = await third.login(b);
    expect(answer).toMatchObject({ description: b.username, avator: picture(b) });
    expect(answer.AuthFriendList).toMatchObject([{ description: "busy", avator: "cat.png" }]);
    expect([old, second, third].flatMap(({ violations }) => violations)).toEqual([]);
  });

  test("a request that waited is in the list at login", async () => {
    const [a, b] = await pair();
    const asker = await desktop(a);
    asker.requestFriend(b.uuid, "it's me");
    await until(() => asker.bodies(ServiceId.FRIENDSENDERRESPONSE).length === 3);
    const late = desk.desk();
    const { FriendRequestList } = await late.login(b);
    expect(FriendRequestList).toMatchObject([
      { src_uuid: a.uuid, dst_uuid: b.uuid, message: "it's me", sex: 0 },
    ]);
    expect(late.violations).toEqual([]);
  });

  test("40 texts pushed at it in a burst: every one, in order, one frame a read", async () => {
    const [a, b] = await friends();
    const receiver = await desktop(b);
    const sender = await modern(a);
    const texts = Array.from({ length: 40 }, (_, i) => `text ${i}`);
    await Promise.all(
      texts.map(async (text, i) => {
        await Bun.sleep(i * 3);
        await sender.sendText(b.uuid, text);
      }),
    );
    await until(() => receiver.shown.length === 40);
    expect(receiver.shownFrom(a.uuid)).toEqual(texts);
    expect(receiver.violations).toEqual([]);
    // Merged: far fewer frames than texts, a good pause between any two.
    expect(receiver.bodies(ServiceId.TEXTCHATMSGICOMINGREQUEST).length).toBeLessThan(10);
    expect(receiver.shortestGap).toBeGreaterThan(300);
  });

  test("a lively chat from both sides: neither is written to while it draws", async () => {
    const [a, b] = await friends();
    const both = [await desktop(a), await desktop(b)] as const;
    for (let i = 0; i < 10; i++) {
      both[0].sendText(b.uuid, `${i}`);
      both[1].sendText(a.uuid, `${i}`);
      await Bun.sleep(100);
    }
    const texts = Array.from({ length: 10 }, (_, i) => `${i}`);
    await until(() => both.every((peer) => peer.shown.length === 10));
    expect(both[0].shownFrom(b.uuid)).toEqual(texts);
    expect(both[1].shownFrom(a.uuid)).toEqual(texts);
    await until(() => both.every((peer) => peer.bodies(ServiceId.TEXTCHATMSGRESPONSE).length > 1));
    expect(both.flatMap(({ violations }) => violations)).toEqual([]);
  });

  test("a burst from several friends and to several: each sender's texts apart and in order", async () => {
    const [a, b] = await friends();
    const [c] = await pair();
    const clients = [await modern(a), await modern(c)] as const;
    const temporary = await connect(desk.server.api, b);
    await befriend(temporary, clients[1]);
    temporary.close();
    const receiver = await desktop(b);
    const texts = Array.from({ length: 20 }, (_, i) => `${i}`);
    await Promise.all(clients.flatMap((client) => texts.map((text) => client.sendText(b.uuid, text))));
    receiver.sendText(a.uuid, "and mine");
    await until(() => receiver.shown.length === 40);
    expect(receiver.shownFrom(a.uuid)).toEqual(texts);
    expect(receiver.shownFrom(c.uuid)).toEqual(texts);
    await until(() => clients[0].from(b.uuid).includes("and mine"));
    expect(receiver.violations).toEqual([]);
  });

  test("its odd texts are answered with an error and harm nothing", async () => {
    const [a, b] = await friends();
    const [sender, receiver] = [await desktop(a), await desktop(b)];
    const long = "long ".repeat(400);
    sender.sendText(b.uuid, long);
    sender.sendEmpty();
    sender.sendText(b.uuid, "after");
    await until(() => sender.bodies(ServiceId.TEXTCHATMSGRESPONSE).length === 4);
    const errors = sender.bodies(ServiceId.TEXTCHATMSGRESPONSE).map(({ error }) => error);
    expect(errors.filter((error) => error === 0).length).toBe(2);
    expect(errors.filter((error) => error === Code.INVALID_FIELD).length).toBe(2);
    await until(() => receiver.shown.length === 2);
    expect(receiver.shownFrom(a.uuid)).toEqual([long, "after"]);
    expect([...sender.violations, ...receiver.violations]).toEqual([]);
  });

  test("a dozen long texts in a row do not count as bad input", async () => {
    const [a, b] = await friends();
    const [sender, receiver] = [await desktop(a), await desktop(b)];
    const texts = Array.from({ length: 12 }, (_, i) => `${i} ${"long ".repeat(400)}`);
    for (const text of texts) sender.sendText(b.uuid, text);
    await until(() => receiver.shown.length === 12);
    expect(receiver.shownFrom(a.uuid)).toEqual(texts);
    expect([...sender.violations, ...receiver.violations]).toEqual([]);
  });

  test("what waited while it was away comes after the login, oldest first, and only once", async () => {
    const [a, b] = await friends();
    const sender = await modern(a);
    const texts = Array.from({ length: 150 }, (_, i) => `offline ${i}`);
    await sender.sendTexts(b.uuid, texts);
    const receiver = await desktop(b);
    await until(() => receiver.shown.length === 150);
    expect(receiver.shownFrom(a.uuid)).toEqual(texts);
    expect(receiver.frames[0]?.id).toBe(ServiceId.LOGINRESPONSE);
    expect(receiver.violations).toEqual([]);
    // What was written counts as delivered.
    await until(async () => (await sender.history(b.uuid, { limit: 1 })).lastSeq === 150);
    receiver.close();
    const delivered = new Promise<number>((resolve) =>
      sender.on("receipt", ({ deliveredSeq }) => deliveredSeq === 151 && resolve(deliveredSeq)),
    );
    const again = await desktop(b);
    await sender.sendText(b.uuid, "new");
    await until(() => again.shown.length > 0);
    expect(again.shownFrom(a.uuid)).toEqual(["new"]);
    expect(await delivered).toBe(151);
  });

  test("says nothing for a while and is not cut, as a silent session of protocol 2 is", async () => {
    const own = await startEmbedded({ env: { CHATSRV_CHATTINGSERVER_IDLE_TIMEOUT: "1" } });
    try {
      const [x, y] = await makeUsers(own, own.api, 2, "idle");
      if (!x || !y) throw new Error("two users were asked for");
      const quiet = new DesktopPeer(own.url);
      await quiet.login(x);
      const silent = await RawPeer.login(own.api, y, { proto: 2 });
      await until(() => silent.closed);
      const talker = new DesktopPeer(own.url);
      await talker.login(y);
      talker.requestFriend(x.uuid);
      await until(() => quiet.requests.has(y.uuid));
      expect([...quiet.violations, ...talker.violations]).toEqual([]);
      quiet.close();
      talker.close();
    } finally {
      await own.stop();
    }
  });

  test("a friend who signals from five sessions does not fill its queue: it is not cut, and texts pass", async () => {
    const own = await startEmbedded({ env: { CHATSRV_CHATTINGSERVER_SEND_QUEUE_SIZE: "20" } });
    try {
      const [x, y] = await makeUsers(own, own.api, 2, "call");
      if (!x || !y) throw new Error("two users were asked for");
      const callers = await Promise.all([1, 2, 3, 4, 5].map((i) => connect(own.api, x, { device: `${i}` })));
      const [first, temporary] = [callers[0] as TestClient, await connect(own.api, y)];
      await befriend(first, temporary);
      temporary.close();
      const called = new DesktopPeer(own.url);
      await called.login(y);
      for (let i = 0; i < 40; i++)
        await Promise.all(callers.map((one) => one.people.signal("voice", y.uuid, { i })));
      await first.sendText(y.uuid, "why do you not answer?");
      await until(() => called.shown.length === 1);
      await until(() =>
        called
          .bodies(ServiceId.VOICECHATMSGREQUEST)
          .some(({ signal }) => signal && (signal as { i: number }).i === 39),
      );
      expect(called.closed).toBe(false);
      expect(called.violations).toEqual([]);
      for (const one of [...callers, called]) one.close();
    } finally {
      await own.stop();
    }
  });

  test("gets nothing of protocol 2 while modern friends do everything", async () => {
    const [a, b] = await friends();
    const old = await desktop(b);
    const client = await modern(a);
    client.typing(b.uuid);
    await client.sendText(b.uuid, "one");
    await until(() => old.shown.length === 1);
    old.sendText(a.uuid, "two");
    await until(() => client.from(b.uuid).length === 1);
    client.markRead(b.uuid, 2);
    await client.account.updateProfile({ nickname: "Another" });
    await client.people.signal("voice", b.uuid, { offer: 1 });
    await until(() => old.bodies(ServiceId.VOICECHATMSGREQUEST).length === 1);
    await client.people.removeFriend(b.uuid);
    client.close();
    const second = await modern(a);
    await second.people.requestFriend(b.uuid, { message: "again" });
    await until(() => old.bodies(ServiceId.FRIENDREINCOMINGREQUEST).length === 1);
    expect(old.violations).toEqual([]);
  });
});
