/**
 * @module e2e/protocol2
 * Everything that protocol 2 adds, over TCP and over WebSocket, in one process and across nodes.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { wsDialer } from "../../src/client/index.ts";
import { tcpDialer } from "../../src/client/tcp.ts";
import { Code } from "../../src/wire/codes.ts";
import { RawPeer } from "../support/raw-peer.ts";
import { type Shape, shapes } from "../support/shapes.ts";
import { until } from "../support/until.ts";
import { befriend, connect, connectApart, makeUsers, TestClient, type User } from "../support/users.ts";

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 0,
    (error: { code: number }) => error.code,
  );
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const cases = [
  ["embedded", "TCP", tcpDialer()],
  ["embedded", "WebSocket", wsDialer()],
  ["cluster", "TCP", tcpDialer()],
  ["cluster", "WebSocket", wsDialer()],
] as const;
const running = new Map<string, Promise<Shape>>();
afterAll(async () => {
  for (const shape of running.values()) await (await shape).stop();
}, 60_000);

for (const [name, transport, dial] of cases)
  describe(`${name}, ${transport}`, () => {
    let shape: Shape;
    beforeAll(async () => {
      const start = shapes[name];
      if (!running.has(name) && start) running.set(name, start());
      shape = (await running.get(name)) as Shape;
    }, 60_000);
    const open: TestClient[] = [];
    afterEach(() => {
      for (const client of open.splice(0)) client.close();
    });

    const online = async (user: User, options = {}): Promise<TestClient> => {
      const client = await connect(shape.api, user, { dial, ...options });
      open.push(client);
      return client;
    };
    const friends = async (): Promise<[TestClient, TestClient, User, User]> => {
      const [a, b] = await makeUsers(shape, shape.api, 2, "p2");
      if (!a || !b) throw new Error("two users were asked for");
      const pair: [TestClient, TestClient] = shape.spread
        ? await connectApart(shape.api, a, b, { dial })
        : [await connect(shape.api, a, { dial }), await connect(shape.api, b, { dial })];
      open.push(...pair);
      await befriend(...pair);
      return [...pair, a, b];
    };

    test("delivered and read cursors reach the other side as receipts, and never go back", async () => {
      const [a, b] = await friends();
      const receipts: [number, number][] = [];
      a.on("receipt", ({ peer, deliveredSeq, readSeq }) => {
        expect(peer).toBe(b.uuid);
        receipts.push([deliveredSeq, readSeq]);
      });
      await a.sendTexts(b.uuid, ["1", "2", "3"]);
      await until(() => receipts.at(-1)?.[0] === 3);
      b.markRead(a.uuid, 2);
      await until(() => receipts.at(-1)?.[1] === 2);
      b.markRead(a.uuid, 99);
      await until(() => receipts.at(-1)?.[1] === 3);
      b.markRead(a.uuid, 1);
      await a.sendText(b.uuid, "4");
      await until(() => receipts.at(-1)?.[0] === 4);
      expect(receipts).toEqual([...receipts].sort((x, y) => x[0] - y[0] || x[1] - y[1]));
      expect(receipts.at(-1)).toEqual([4, 3]);
    });

    test("history both ways, in pages that fit a frame", async () => {
      const [a, b] = await friends();
      const long = "x".repeat(2_000);
      await a.sendTexts(
        b.uuid,
        range(1, 100).map((i) => `${i} ${long}`),
      );
      const newest = await b.history(a.uuid, { limit: 3 });
      expect(newest.lastSeq).toBe(100);
      expect(newest.messages.map(({ seq }) => seq)).toEqual([98, 99, 100]);
      const back = await b.history(a.uuid, { before: 50, limit: 4 });
      expect(back.messages.map(({ seq, content }) => [seq, content])).toEqual(
        range(46, 49).map((i) => [i, `${i} ${long}`]),
      );
      const seqs: number[] = [];
      for (let after = 0; after < 100; ) {
        const { messages } = await a.history(b.uuid, { after, limit: 200 });
        seqs.push(...messages.map(({ seq }) => seq));
        after = seqs.at(-1) ?? 100;
        expect(messages.length).toBeLessThan(40);
      }
      expect(seqs).toEqual(range(1, 100));
      expect((await a.history(b.uuid, { after: 100 })).messages).toEqual([]);
    });

    test("typing and presence reach friends, and nobody else", async () => {
      const [a, b, , userB] = await friends();
      const [c] = await makeUsers(shape, shape.api, 1, "p2c");
      if (!c) throw new Error("a user was asked for");
      const stranger = await online(c);
      const told: unknown[] = [];
      stranger.on("typing", (event) => told.push(event));
      stranger.on("presence", (event) => told.push(event));
      const typing = new Promise((resolve) => b.on("typing", resolve));
      a.typing(b.uuid);
      expect(await typing).toMatchObject({ peer: a.uuid });
      stranger.typing(b.uuid);

      const presence: boolean[] = [];
      a.on("presence", ({ uuid, online: here }) => {
        if (uuid === b.uuid) presence.push(here);
      });
      b.close();
      await until(() => presence.at(-1) === false);
      const back = new TestClient(shape.api, userB, { dial });
      open.push(back);
      const seen = new Promise((resolve) => back.on("presence", resolve));
      await back.connect();
      await until(() => presence.at(-1) === true);
      expect(await seen).toMatchObject({ uuid: a.uuid, online: true });
      expect(told).toEqual([]);
    });

    test("a profile that changes is seen at once, also where it was looked up before", async () => {
      const [a, b, userA] = await friends();
      expect((await b.people.search(userA.username)).nickname).toBe(userA.username);
      await a.account.updateProfile({ nickname: "Ann", description: "new" });
      await until(async () => (await b.people.search(userA.username)).nickname === "Ann");
      expect(await b.people.friends()).toMatchObject([{ nickname: "Ann", description: "new", sex: 0 }]);
    });

    test("a second session: gets everything, its own account's texts included, and can be ended", async () => {
      const [a, b, , userB] = await friends();
      const second = await online(userB, { device: "tablet", name: "tablet/1" });
      await a.sendText(b.uuid, "to both");
      await b.sendText(a.uuid, "from the first");
      await second.sendText(a.uuid, "from the second");
      await until(() => b.messages.length === 3 && second.messages.length === 3);
      expect(second.messages).toEqual(b.messages);
      expect(b.messages.map(({ seq, mine }) => [seq, mine])).toEqual([
        [1, false],
        [2, true],
        [3, true],
      ]);
      const sessions = await b.account.sessions();
      expect(sessions.length).toBe(2);
      expect(sessions).toContainEqual(expect.objectContaining({ device: "tablet", name: "tablet/1" }));
      await b.account.revokeSession(second.session?.id ?? "");
      await until(() => second.states.at(-1) === "ended: revoked");
      await until(async () => (await b.account.sessions()).length === 1);
      await a.sendText(b.uuid, "still here");
      await until(() => b.messages.length === 4);
    });

    test("beyond five sessions the oldest is told to go", async () => {
      const [user] = await makeUsers(shape, shape.api, 1, "many");
      if (!user) throw new Error("a user was asked for");
      const clients: TestClient[] = [];
      for (let i = 0; i < 6; i++) clients.push(await online(user, { device: `d${i}` }));
      await until(() => clients[0]?.states.at(-1) === "ended: kicked");
      expect(clients.slice(1).every(({ state }) => state === "online")).toBe(true);
      // Listed until its node has said that it ended it.
      await until(async () => (await clients[5]?.account.sessions())?.length === 5);
    });

    test("the same msg_id again, from anywhere: the first seq and time; with other content 68", async () => {
      const [a, b, userA] = await friends();
      const other = await online(userA);
      const id = `{${crypto.randomUUID()}}`;
      const first = await a.sendText(b.uuid, "once", id);
      expect(first.duplicate).toBe(false);
      const again = await Promise.all([a.sendText(b.uuid, "once", id), other.sendText(b.uuid, "once", id)]);
      for (const receipt of again) expect(receipt).toEqual({ ...first, duplicate: true });
      expect(await codeOf(other.sendText(b.uuid, "twice", id))).toBe(Code.MESSAGE_ID_CONFLICT);
      // Of one frame with a conflict in it, the others are stored.
      const mixed = await Promise.allSettled([
        a.sendText(b.uuid, "before"),
        a.sendText(b.uuid, "changed", id),
        a.sendText(b.uuid, "behind"),
      ]);
      expect(mixed.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
      await until(() => b.messages.length === 3);
      expect(b.from(a.uuid)).toEqual(["once", "before", "behind"]);
      // The receiver may use the same id for a text of its own.
      expect(await b.sendText(a.uuid, "mine", id)).toMatchObject({ seq: 4, duplicate: false });
    });

    test("friend lists and heads come in pages", async () => {
      const [first, ...others] = await makeUsers(shape, shape.api, 13, "pages");
      if (!first) throw new Error("users were asked for");
      const me = await online(first);
      const clients = await Promise.all(others.map((user) => online(user)));
      for (const client of clients) await befriend(client, me);
      const peer = await RawPeer.login(shape.api, first, { proto: 2 });
      const uuids: unknown[] = [];
      let cursor: unknown;
      let pages = 0;
      do {
        peer.send("FRIENDLISTREQUEST", { ...(cursor !== undefined && { cursor }), limit: 5 });
        const page = await peer.next("FRIENDLISTRESPONSE", ++pages);
        uuids.push(...(page.friends as { uuid: string }[]).map(({ uuid }) => uuid));
        cursor = page.next;
      } while (cursor !== undefined);
      expect(pages).toBe(3);
      expect(uuids.sort()).toEqual(others.map(({ uuid }) => uuid).sort());
      peer.send("HEADSREQUEST", { cursor: null });
      expect(((await peer.next("HEADSRESPONSE")).heads as unknown[]).length).toBe(12);
      peer.terminate();
    });
  });
