/**
 * @module e2e/people-frames
 * What people's devices are told, frame by frame: of what another device did, of requests that are taken back, and, where
 * one blocks the other, nothing. In both shapes, with a session of the original's protocol beside.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { Code } from "../../src/wire/codes.ts";
import { ServiceId, type ServiceName } from "../../src/wire/ids.ts";
import { RawPeer } from "../support/raw-peer.ts";
import { type Shape, shapes } from "../support/shapes.ts";
import { until } from "../support/until.ts";
import { makeUsers, type User } from "../support/users.ts";

type Json = Record<string, unknown>;

/** What tells a session of its own doings, and may name who they were about. */
const OWN: readonly number[] = [
  ServiceId.CURSOR,
  ServiceId.FRIENDSENDERRESPONSE,
  ServiceId.TEXTCHATMSGRESPONSE,
];

for (const [name, start] of Object.entries(shapes))
  describe(name, () => {
    let shape: Shape;
    beforeAll(async () => {
      shape = await start();
    }, 60_000);
    afterAll(() => shape?.stop(), 60_000);
    const open: RawPeer[] = [];
    afterEach(() => {
      for (const peer of open.splice(0)) {
        expect(peer.violations).toEqual([]);
        peer.terminate();
      }
    });

    const users = async <N extends number>(count: N): Promise<User[] & { length: N }> =>
      (await makeUsers(shape, shape.api, count, "frames")) as User[] & { length: N };
    const login = async (user: User, more: Json = { proto: 2, device: crypto.randomUUID() }) => {
      const peer = await RawPeer.login(shape.api, user, more);
      open.push(peer);
      return peer;
    };
    /** Sends a request and waits for its answer. */
    const ask = async (peer: RawPeer, request: ServiceName, body: Json, answer: ServiceName) => {
      const before = peer.bodies(answer).length;
      peer.send(request, body);
      return peer.next(answer, before + 1);
    };
    const block = (peer: RawPeer, { uuid }: User, blocked = true) =>
      ask(peer, "BLOCK", { uuid, blocked }, "BLOCKRESPONSE");
    const befriend = async (a: RawPeer, userA: User, b: RawPeer, userB: User) => {
      const pair = { src_uuid: userA.uuid, dst_uuid: userB.uuid };
      await ask(a, "FRIENDREQUESTSENDER", { ...pair, nickname: "", message: "" }, "FRIENDSENDERRESPONSE");
      await ask(b, "FRIENDREQUESTCONFIRM", pair, "FRIENDCONFIRMRESPONSE");
      for (const [peer, friend] of [
        [a, userB],
        [b, userA],
      ] as const)
        await until(() => of(peer, "FRIENDING_ON_BIDDIRECTIONAL", "friend_uuid", friend).length > 0);
    };
    const text = (from: User, to: User) => {
      const pair = { msg_sender: from.uuid, msg_receiver: to.uuid };
      const text_msg = [{ ...pair, msg_id: crypto.randomUUID(), msg_content: "hello" }];
      return { text_sender: from.uuid, text_receiver: to.uuid, text_msg };
    };
    const signal = (from: User, to: User) => ({ src_uuid: from.uuid, dst_uuid: to.uuid, signal: 1 });
    /** Frames of a name whose `field` is that user. */
    const of = (peer: RawPeer, frame: ServiceName, field: string, user: User) =>
      peer.bodies(frame).filter((body) => body[field] === user.uuid);

    test("nothing of either reaches the other, at login neither, until the block is lifted", async () => {
      const [a, b, c] = (await users(3)) as [User, User, User];
      const [a1, b1, c1] = [await login(a), await login(b), await login(c)];
      await befriend(a1, a, b1, b);
      await befriend(a1, a, c1, c);
      await befriend(b1, b, c1, c);
      const [a2, original] = [await login(a), await login(b, {})];
      for (let i = 0; i < 3; i++) b1.send("TEXTCHATMSGREQUEST", text(b, a));
      for (const from of [b1, c1])
        await ask(from, "TEXTCHATMSGREQUEST", text(from === b1 ? b : c, a), "TEXTCHATMSGRESPONSE");
      await b1.next("TEXTCHATMSGRESPONSE", 4);
      a1.send("ACK", { peer: b.uuid, delivered_seq: 2, read_seq: 1 });
      await until(() => of(b1, "RECEIPT", "peer", a).at(-1)?.read_seq === 1);

      expect(await block(a1, b)).toEqual({ error: 0 });
      expect(await a2.next("BLOCK")).toEqual({ uuid: b.uuid, blocked: true });
      await until(() => of(b1, "PRESENCE", "uuid", a).at(-1)?.online === false);
      for (const mine of [a1, a2])
        await until(() => of(mine, "PRESENCE", "uuid", b).at(-1)?.online === false);
      const known = new Map([a1, a2, b1, original].map((peer) => [peer, peer.frames.length]));

      // Each does whatever there is to do, to the other and to c.
      for (const [from, user, other] of [
        [a1, a, b],
        [b1, b, a],
      ] as const) {
        expect(await ask(from, "TYPING", { peer: other.uuid }, "ERROR")).toMatchObject({
          error: Code.BLOCKED,
        });
        const called = ask(from, "VOICECHATMSGREQUEST", signal(user, other), "VOICETCHATMSGRESPONSE");
        expect(await called).toMatchObject({ error: Code.BLOCKED });
        const written = ask(from, "TEXTCHATMSGREQUEST", text(user, other), "TEXTCHATMSGRESPONSE");
        expect(await written).toMatchObject({ error: Code.BLOCKED });
        const asked = { src_uuid: user.uuid, dst_uuid: other.uuid, nickname: "", message: "" };
        expect(await ask(from, "FRIENDREQUESTSENDER", asked, "FRIENDSENDERRESPONSE")).toMatchObject({
          error: Code.BLOCKED,
        });
        from.send("ACK", { peer: other.uuid, delivered_seq: 4, read_seq: 4 });
        from.send("ACK", { peer: c.uuid, delivered_seq: 1, read_seq: 1 });
        await ask(from, "PROFILEUPDATE", { nickname: `new ${user.uuid}` }, "PROFILEUPDATERESPONSE");
        await until(() => of(c1, "PROFILECHANGED", "uuid", user).length === 1);
        const here = of(c1, "PRESENCE", "uuid", user).length;
        (await login(user)).terminate();
        await until(() => of(c1, "PRESENCE", "uuid", user).length >= here + 2);
      }
      await until(() => of(c1, "RECEIPT", "peer", a).at(-1)?.read_seq === 1);
      await until(() => of(a2, "CURSOR", "peer", b).at(-1)?.read_seq === 4);

      const [a3, b3] = [await login(a), await login(b)];
      for (const [peer, user, other] of [
        [a3, a, b],
        [b3, b, a],
      ] as const) {
        await until(() => of(peer, "PRESENCE", "uuid", c).length > 0);
        expect(of(peer, "PRESENCE", "uuid", other)).toEqual([]);
        const [answer] = peer.bodies("LOGINRESPONSE") as [{ heads: Json[]; AuthFriendList: Json[] }];
        const head = answer.heads.find(({ peer: with_ }) => with_ === other.uuid);
        expect(head).toMatchObject({ last_seq: 4, read_seq: 4 });
        expect(head).toMatchObject(user === b ? { peer_delivered_seq: 2, peer_read_seq: 1 } : {});
        const friend = answer.AuthFriendList.find(({ uuid }) => uuid === other.uuid);
        expect(friend?.nickname).toBe(user === b ? a.username : `new ${b.uuid}`);
      }
      const listed = await ask(b3, "FRIENDLISTREQUEST", {}, "FRIENDLISTRESPONSE");
      expect(listed.friends).toContainEqual(expect.objectContaining({ uuid: a.uuid, nickname: a.username }));
      const found = await ask(b3, "SEARCHUSERNAME", { username: a.username }, "SEARCHUSERNAMERESPONSE");
      expect(found).toMatchObject({ uuid: a.uuid, nickname: a.username });
      for (const [peer, frames] of known) {
        const other = peer === a1 || peer === a2 ? b : a;
        const about = peer.frames
          .slice(frames)
          .filter(({ id, body }) => !OWN.includes(id) && Object.values(body).includes(other.uuid));
        expect(about).toEqual([]);
      }

      expect(await block(a1, b, false)).toEqual({ error: 0 });
      expect(await a2.next("BLOCK", 2)).toEqual({ uuid: b.uuid, blocked: false });
      for (const peer of [b1, b3]) {
        await until(() => of(peer, "PRESENCE", "uuid", a).at(-1)?.online === true);
        await until(() => of(peer, "RECEIPT", "peer", a).at(-1)?.read_seq === 4);
        await until(() => of(peer, "PROFILECHANGED", "uuid", a).at(-1)?.nickname === `new ${a.uuid}`);
      }
      for (const peer of [a1, a2, a3]) {
        await until(() => of(peer, "PRESENCE", "uuid", b).at(-1)?.online === true);
        await until(() => of(peer, "PROFILECHANGED", "uuid", b).at(-1)?.nickname === `new ${b.uuid}`);
      }
      expect(await ask(b1, "TEXTCHATMSGREQUEST", text(b, a), "TEXTCHATMSGRESPONSE")).toMatchObject({
        error: 0,
      });
      expect(a1.bodies("BLOCK")).toEqual([]);
    });

    test("what one device does reaches the account's others, and friends where it concerns them", async () => {
      const [a, b, c] = (await users(3)) as [User, User, User];
      const [a1, a2, b1, c1, a0] = [
        await login(a),
        await login(a),
        await login(b),
        await login(c),
        await login(a, {}),
      ];
      const request = (from: User) => ({ src_uuid: from.uuid, dst_uuid: a.uuid, nickname: "", message: "" });
      for (const [peer, user] of [
        [b1, b],
        [c1, c],
      ] as const)
        await ask(peer, "FRIENDREQUESTSENDER", request(user), "FRIENDSENDERRESPONSE");
      await a1.next("FRIENDREINCOMINGREQUEST", 2);
      await ask(a1, "FRIENDREJECT", { src_uuid: b.uuid }, "FRIENDREJECTRESPONSE");
      expect(await a2.next("FRIENDREJECT")).toEqual({ src_uuid: b.uuid });
      await ask(a1, "FRIENDREQUESTCONFIRM", { src_uuid: c.uuid, dst_uuid: a.uuid }, "FRIENDCONFIRMRESPONSE");
      for (const peer of [a1, a2, a0])
        await until(() => of(peer, "FRIENDING_ON_BIDDIRECTIONAL", "friend_uuid", c).length === 1);

      for (let i = 1; i <= 2; i++) await ask(c1, "TEXTCHATMSGREQUEST", text(c, a), "TEXTCHATMSGRESPONSE");
      a1.send("ACK", { peer: c.uuid, delivered_seq: 2, read_seq: 1 });
      await until(() => of(c1, "RECEIPT", "peer", a).at(-1)?.read_seq === 1);
      const cursor = await until(() => of(a2, "CURSOR", "peer", c).find(({ read_seq }) => read_seq === 1));
      const { conversation } = (await c1.next("RECEIPT")) as { conversation: string };
      expect(cursor).toEqual({ conversation, peer: c.uuid, delivered_seq: 2, read_seq: 1 });

      const profile = { nickname: "Ann", avator: "a.png", description: "new", sex: 1 };
      await ask(a1, "PROFILEUPDATE", profile, "PROFILEUPDATERESPONSE");
      for (const peer of [a2, c1])
        expect(await peer.next("PROFILECHANGED")).toEqual({ uuid: a.uuid, ...profile });
      await ask(a1, "PROFILEUPDATE", { nickname: "Anna" }, "PROFILEUPDATERESPONSE");
      expect(await a2.next("PROFILECHANGED", 2)).toEqual({ uuid: a.uuid, ...profile, nickname: "Anna" });

      a2.send("ACK", { peer: c.uuid, read_seq: 2 });
      await until(() => of(a1, "CURSOR", "peer", c).at(-1)?.read_seq === 2);
      for (let i = 1; i <= 5; i++) await ask(a1, "TEXTCHATMSGREQUEST", text(a, c), "TEXTCHATMSGRESPONSE");
      for (const [user, marks] of [
        [a, { delivered_seq: 7, read_seq: 7, peer_read_seq: 2 }],
        [c, { read_seq: 2, peer_delivered_seq: 7, peer_read_seq: 7 }],
      ] as const) {
        const [answer] = (await login(user)).bodies("LOGINRESPONSE") as [{ heads: Json[] }];
        expect(answer.heads).toMatchObject([{ conversation, last_seq: 7, ...marks }]);
      }

      await ask(a1, "FRIENDREMOVE", { uuid: c.uuid }, "FRIENDREMOVERESPONSE");
      expect(await a2.next("FRIENDREMOVED")).toEqual({ uuid: c.uuid });
      expect(await c1.next("FRIENDREMOVED")).toEqual({ uuid: a.uuid });
      expect(a1.bodies("CURSOR").every(({ read_seq }) => read_seq !== 1)).toBe(true);
      for (const [peer, frames] of [
        [a1, ["FRIENDREJECT", "PROFILECHANGED"]],
        [b1, ["FRIENDREJECT", "PROFILECHANGED", "CURSOR", "FRIENDREMOVED"]],
      ] as const)
        for (const frame of frames) expect(peer.bodies(frame)).toEqual([]);
    });

    test("between strangers: open requests of both are gone, and nothing tells why", async () => {
      const [a, b] = (await users(2)) as [User, User];
      const [a1, b1, a2] = [await login(a), await login(b), await login(a)];
      const request = (from: User, to: User, more: Json = {}) => ({
        ...{ src_uuid: from.uuid, dst_uuid: to.uuid, nickname: "n", message: "m", ...more },
      });
      const sent = (peer: RawPeer, body: Json) =>
        ask(peer, "FRIENDREQUESTSENDER", body, "FRIENDSENDERRESPONSE");
      const confirmed = (peer: RawPeer, from: User, by: User) =>
        ask(
          peer,
          "FRIENDREQUESTCONFIRM",
          { src_uuid: from.uuid, dst_uuid: by.uuid },
          "FRIENDCONFIRMRESPONSE",
        );
      await sent(a1, request(a, b));
      await sent(b1, request(b, a));
      await a1.next("FRIENDREINCOMINGREQUEST");
      await block(a1, b);
      expect(await b1.next("FRIENDREJECT")).toEqual({ src_uuid: a.uuid });
      expect(await a2.next("FRIENDREJECT")).toEqual({ src_uuid: b.uuid });
      const none = Code.NO_OPEN_REQUEST;
      expect(await confirmed(b1, a, b)).toEqual({ error: none });
      expect(await confirmed(a1, b, a)).toEqual({ error: none });
      expect(await sent(b1, request(b, a))).toMatchObject({ error: none });
      expect(await sent(b1, request(b, a, { cancel: true }))).toMatchObject({ error: none });
      expect(await sent(a1, request(a, b))).toMatchObject({ error: Code.BLOCKED });
      expect(await ask(a2, "BLOCKLIST", {}, "BLOCKLISTRESPONSE")).toEqual({
        error: 0,
        users: [{ uuid: b.uuid, username: b.username, nickname: b.username, avator: "" }],
      });
      expect(await ask(b1, "BLOCKLIST", { cursor: null }, "BLOCKLISTRESPONSE")).toEqual({
        error: 0,
        users: [],
      });
      const again = await login(b);
      expect(again.bodies("LOGINRESPONSE")[0]?.FriendRequestList).toBeUndefined();
      await block(a1, b, false);
      expect(await sent(b1, request(b, a))).toMatchObject({ error: 0 });
      await a1.next("FRIENDREINCOMINGREQUEST", 2);
      expect(b1.bodies("FRIENDREINCOMINGREQUEST").length).toBe(1);
    });

    test("a request can be taken back, as long as it is open; not in the original's protocol", async () => {
      const [a, b] = (await users(2)) as [User, User];
      const [a1, b1, old] = [await login(a), await login(b), await login(b, {})];
      const pair = { src_uuid: a.uuid, dst_uuid: b.uuid };
      const sent = (peer: RawPeer, body: Json) =>
        ask(peer, "FRIENDREQUESTSENDER", body, "FRIENDSENDERRESPONSE");
      const none = { error: Code.NO_OPEN_REQUEST, ...pair };
      expect(await sent(a1, { ...pair, cancel: true })).toEqual(none);
      await sent(a1, { ...pair, nickname: "n", message: "m", cancel: false });
      await old.next("FRIENDREINCOMINGREQUEST");
      expect(await sent(a1, { ...pair, cancel: true })).toEqual({ error: 0, ...pair });
      expect(await b1.next("FRIENDREJECT")).toEqual({ src_uuid: a.uuid });
      expect(await ask(b1, "FRIENDREQUESTCONFIRM", pair, "FRIENDCONFIRMRESPONSE")).toMatchObject({
        error: 19,
      });
      expect(await sent(a1, { ...pair, cancel: true })).toEqual(none);
      expect(await sent(a1, pair)).toMatchObject({ error: Code.INVALID_FIELD, field: "nickname" });
      expect(await sent(a1, { ...pair, nickname: "n" })).toMatchObject({ field: "message" });

      const a0 = await login(a, {});
      await sent(a0, { ...pair, nickname: "n", message: "m" });
      expect(await sent(a0, { ...pair, nickname: "n", message: "m", cancel: true })).toMatchObject({
        error: 0,
      });
      await ask(b1, "FRIENDREQUESTCONFIRM", pair, "FRIENDCONFIRMRESPONSE");
      await old.next("FRIENDING_ON_BIDDIRECTIONAL");
      expect(await sent(a1, { ...pair, cancel: true })).toEqual(none);
    });
  });
