/**
 * @module e2e/people
 * What people do: register, log in, find each other, become friends, write, call, leave. In both shapes; in
 * the cluster the two are on different chat nodes.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { Code } from "../../src/wire/codes.ts";
import { type Shape, shapes } from "../support/shapes.ts";
import { until } from "../support/until.ts";
import {
  befriend,
  connect,
  connectApart,
  makeUsers,
  PASSWORD,
  TestClient,
  type User,
} from "../support/users.ts";

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 0,
    (error: { code: number }) => error.code,
  );

for (const [name, start] of Object.entries(shapes))
  describe(name, () => {
    let shape: Shape;
    beforeAll(async () => {
      shape = await start();
    }, 60_000);
    afterAll(() => shape?.stop(), 60_000);
    const open: TestClient[] = [];
    afterEach(() => {
      for (const client of open.splice(0)) client.close();
    });

    const newUsers = (count: number) => makeUsers(shape, shape.api, count);
    const online = async (user: User): Promise<TestClient> => {
      const client = await connect(shape.api, user);
      open.push(client);
      return client;
    };
    /** Two new users, connected one after the other. */
    const two = async (): Promise<[TestClient, TestClient, User, User]> => {
      const [a, b] = await newUsers(2);
      if (!a || !b) throw new Error("two users were asked for");
      const clients = shape.spread
        ? await connectApart(shape.api, a, b)
        : ([await connect(shape.api, a), await connect(shape.api, b)] as const);
      open.push(...clients);
      return [...clients, a, b];
    };
    const friends = async (): Promise<[TestClient, TestClient, User, User]> => {
      const all = await two();
      await befriend(all[0], all[1]);
      return all;
    };

    describe("accounts", () => {
      test("a code makes an account, once; a wrong one does not", async () => {
        const username = `new-${crypto.randomUUID().slice(0, 8)}`;
        const email = `${username}@example.org`;
        const account = { username, email, password: PASSWORD };
        expect(await codeOf(shape.api.register({ ...account, cpatcha: "123456" }))).toBe(Code.CODE_MISSING);
        await shape.api.getVerification(email);
        const cpatcha = await shape.code(email);
        const wrong = cpatcha === "000000" ? "000001" : "000000";
        expect(await codeOf(shape.api.register({ ...account, cpatcha: wrong }))).toBe(Code.CODE_WRONG);
        expect(await codeOf(shape.api.register({ ...account, password: "weak", cpatcha }))).toBe(
          Code.WEAK_PASSWORD,
        );
        const { uuid } = await shape.api.register({ ...account, cpatcha });
        expect(uuid).toMatch(/^[1-9]\d*$/);
        expect(await codeOf(shape.api.register({ ...account, cpatcha }))).toBe(Code.CODE_MISSING);
        expect(await shape.api.accountExists({ username, email })).toBe(true);
        expect(await shape.api.accountExists({ username, email: "x@example.org" })).toBe(false);
      });

      test("a taken name or e-mail is refused, in any case and width", async () => {
        const [user] = await newUsers(1);
        if (!user) throw new Error("a user was asked for");
        for (const username of [user.username.toUpperCase(), ` ${user.username}`, user.username]) {
          const email = `${crypto.randomUUID()}@example.org`;
          await shape.api.getVerification(email);
          const cpatcha = await shape.code(email);
          const refused = shape.api.register({ username, email, password: PASSWORD, cpatcha });
          expect(await codeOf(refused)).toBe(Code.NAME_TAKEN);
        }
      });

      test("a wrong password is refused, for people who exist and for others alike", async () => {
        const [user] = await newUsers(1);
        if (!user) throw new Error("a user was asked for");
        expect(await codeOf(shape.api.login(user.username, "Wrong-password-1"))).toBe(Code.WRONG_CREDENTIALS);
        expect(await codeOf(shape.api.login("nobody at all", PASSWORD))).toBe(Code.WRONG_CREDENTIALS);
      });

      test("a reset needs the code, sets the password and ends every session", async () => {
        const [a, , user] = await two();
        const fresh = "Another-2-password";
        const reset = { username: user.username, email: user.email, password: fresh };
        expect(await codeOf(shape.api.resetPassword(reset))).not.toBe(0);
        await shape.api.getVerification(user.email);
        const ticket = a.resumeToken ?? "";
        await shape.api.resetPassword({ ...reset, cpatcha: await shape.code(user.email) });
        await until(() => a.states.at(-1) === "ended: reset");
        expect(await codeOf(shape.api.resume(user.uuid, ticket))).not.toBe(0);
        expect(await codeOf(shape.api.login(user.username, PASSWORD))).toBe(Code.WRONG_CREDENTIALS);
        await online({ ...user, password: fresh });
      });

      test("a token is good once, a resume token until it is given up", async () => {
        const [user] = await newUsers(1);
        if (!user) throw new Error("a user was asked for");
        const placement = await shape.api.login(user.username, user.password);
        const first = new TestClient(shape.api, user, { credentials: { placement } });
        open.push(first);
        await first.connect();
        const second = new TestClient(shape.api, user, { credentials: { placement } });
        expect(await codeOf(second.connect())).toBe(Code.TOKEN_REFUSED);

        const { uuid, resumeToken = "" } = first;
        const third = new TestClient(shape.api, user, { credentials: { uuid, resumeToken } });
        open.push(third);
        await third.connect();
        await third.logout();
        expect(third.states.at(-1)).toBe("ended: logout");
      });
    });

    describe("friends", () => {
      test("are found by exact name", async () => {
        const [a, , , user] = await two();
        const { username, uuid } = user;
        expect(await a.people.search(username)).toMatchObject({ uuid, username, nickname: username, sex: 0 });
        expect(await codeOf(a.people.search(`${username}x`))).toBe(Code.NAME_NOT_FOUND);
      });

      test("are asked while online, and confirm: both are told, both have the other in the list", async () => {
        const [a, b, userA, userB] = await two();
        const asked = new Promise((resolve) => b.on("friendRequest", resolve));
        const added = [a, b].map((client) => new Promise((resolve) => client.on("friendAdded", resolve)));
        await a.people.requestFriend(b.uuid, { nickname: "it's A", message: "hi 👋" });
        expect(await asked).toMatchObject({
          from: { uuid: a.uuid, username: userA.username, nickname: "it's A" },
          message: "hi 👋",
        });
        await b.people.confirmFriend(a.uuid, "my A");
        expect(await Promise.all(added)).toMatchObject([
          { username: userB.username },
          { username: userA.username },
        ]);
        expect(await b.people.friends()).toMatchObject([{ uuid: a.uuid, alternativeName: "my A" }]);
        expect(await a.people.friends()).toMatchObject([{ uuid: b.uuid, alternativeName: "" }]);
        expect(await codeOf(b.people.confirmFriend(a.uuid))).toBe(0);
      });

      test("are asked while offline, and find the request at login", async () => {
        const [a, b, , userB] = await two();
        await b.logout();
        await a.people.requestFriend(b.uuid, { message: "are you there?" });
        const back = await online(userB);
        expect(back.people.friendRequests).toMatchObject([
          { from: { uuid: a.uuid }, message: "are you there?" },
        ]);
        await back.people.confirmFriend(a.uuid);
        expect(back.people.friendRequests).toEqual([]);
      });

      test("cannot be oneself, nobody, or confirmed without a request; may be turned down", async () => {
        const [a, b] = await two();
        expect(await codeOf(a.people.requestFriend(a.uuid))).toBe(Code.WITH_ONESELF);
        expect(await codeOf(a.people.requestFriend("2000000000"))).toBe(Code.NO_SUCH_USER);
        expect(await codeOf(a.people.confirmFriend(b.uuid))).toBe(Code.NO_OPEN_REQUEST);
        await a.people.requestFriend(b.uuid);
        await b.people.rejectFriend(a.uuid);
        expect(await codeOf(b.people.confirmFriend(a.uuid))).toBe(Code.NO_OPEN_REQUEST);
      });

      test("may part, and become friends again: the conversation goes on", async () => {
        const [a, b] = await friends();
        await a.sendText(b.uuid, "before");
        const told = new Promise((resolve) => b.on("friendRemoved", resolve));
        await a.people.removeFriend(b.uuid);
        expect(await told).toEqual({ uuid: a.uuid });
        expect(await codeOf(b.sendText(a.uuid, "no"))).toBe(Code.NOT_FRIENDS);
        expect(await a.people.friends()).toEqual([]);
        await befriend(b, a);
        expect(await a.sendText(b.uuid, "after")).toMatchObject({ seq: 2 });
      });

      test("who are blocked can neither ask nor write, until the block is lifted", async () => {
        const [a, b] = await friends();
        await a.people.block(b.uuid);
        expect(await codeOf(b.sendText(a.uuid, "no"))).toBe(Code.BLOCKED);
        expect(await codeOf(a.sendText(b.uuid, "no"))).toBe(Code.BLOCKED);
        await a.people.block(b.uuid, false);
        expect(await b.sendText(a.uuid, "yes")).toMatchObject({ seq: 1 });
      });
    });

    describe("texts", () => {
      test("reach a friend who is online, in order, with seq and time; strangers are refused", async () => {
        const [a, b] = await two();
        expect(await codeOf(a.sendText(b.uuid, "hi"))).toBe(Code.NOT_FRIENDS);
        await befriend(a, b);
        const texts = [
          "hello",
          "emoji 👩‍👩‍👧‍👦",
          "quotes \" ' \\ ; DROP TABLE Message; --",
          "\u0000nul",
          "two\nlines",
          " ",
        ];
        const receipts = await a.sendTexts(b.uuid, texts);
        expect(receipts.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
        await until(() => b.messages.length === 6);
        expect(b.from(a.uuid)).toEqual(texts);
        expect(b.messages.map(({ seq, at }) => [seq, at])).toEqual(receipts.map(({ seq, at }) => [seq, at]));
        expect(await b.sendText(a.uuid, "back")).toMatchObject({ seq: 7 });
        await until(() => a.from(b.uuid).length === 1);
        expect(a.messages.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
      });

      test("wait for a friend who is offline", async () => {
        const [a, b, , userB] = await friends();
        b.close();
        const texts = Array.from({ length: 500 }, (_, i) => `${i}`);
        await a.sendTexts(b.uuid, texts);
        const back = await online(userB);
        expect(back.from(a.uuid)).toEqual(texts);
        back.close();
        await until(async () => (await a.sendText(b.uuid, "one more")).seq > 0);
        const again = await online(userB);
        await until(() => again.from(a.uuid).includes("one more"));
        expect(again.from(a.uuid).length).toBeLessThan(500);
      });

      test("in both directions at once: everybody sees one order without a gap", async () => {
        const [a, b] = await friends();
        const sends = Array.from({ length: 200 }, (_, i) => [
          a.sendText(b.uuid, `a${i}`),
          b.sendText(a.uuid, `b${i}`),
        ]);
        await Promise.all(sends.flat());
        await until(() => a.messages.length === 400 && b.messages.length === 400);
        expect(a.messages.map(({ id }) => id)).toEqual(b.messages.map(({ id }) => id));
        expect(a.messages.map(({ seq }) => seq)).toEqual(Array.from({ length: 400 }, (_, i) => i + 1));
        const mine = a.messages.filter(({ sender }) => sender === a.uuid).map(({ content }) => content);
        expect(mine).toEqual(Array.from({ length: 200 }, (_, i) => `a${i}`));
      });
    });

    describe("calls", () => {
      test("pass signalling between friends who are online, whatever it holds", async () => {
        const [a, b] = await friends();
        const got: unknown[] = [];
        b.on("signal", (signal) => got.push(signal));
        const offer = { type: "offer", sdp: "v=0", nested: [{ deep: [null, 1, true] }] };
        await a.people.signal("voice", b.uuid, offer);
        await a.people.signal("video", b.uuid, "just a word");
        await until(() => got.length === 2);
        expect(got).toEqual([
          { medium: "voice", from: a.uuid, signal: offer },
          { medium: "video", from: a.uuid, signal: "just a word" },
        ]);
        await b.logout();
        await until(async () => (await codeOf(a.people.signal("voice", b.uuid, 1))) === Code.NO_SUCH_USER);
      });

      test("not between strangers", async () => {
        const [a, b] = await two();
        const got: unknown[] = [];
        b.on("signal", (signal) => got.push(signal));
        expect(await codeOf(a.people.signal("voice", b.uuid, 1))).toBe(Code.NOT_FRIENDS);
        expect(got).toEqual([]);
      });
    });
  });
