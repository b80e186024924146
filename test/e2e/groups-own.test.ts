/**
 * @module e2e/groups-own
 * What a member of a group does for themself, and who is told: how far they read, that they write, what they set.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { Code } from "../../src/wire/codes.ts";
import { ask, change, create, ids, type Json, Stage, say, told } from "../support/groups.ts";
import type { RawPeer } from "../support/raw-peer.ts";
import { type Shape, shapes } from "../support/shapes.ts";
import { until } from "../support/until.ts";

for (const [name, start] of Object.entries(shapes))
  describe(name, () => {
    let shape: Shape;
    const stage = new Stage(() => shape);
    beforeAll(async () => {
      shape = await start();
    }, 60_000);
    afterAll(() => shape?.stop(), 60_000);
    afterEach(() => stage.clear());

    test("who is writing is told to those who have the group open", async () => {
      const { users, peers } = await stage.crew(3);
      const [, b, c] = users;
      const [a1, b1, c1] = peers;
      const b2 = await stage.login(b);
      const { conversation: group } = await create(a1, { name: "crew", members: ids(b, c) });
      // To nobody who has not opened the group: what comes behind it shows that it does not come.
      b1.send("TYPING", { conversation: group });
      await say(b1, group, "typed");
      await told(a1, group, "typed");
      expect(a1.bodies("TYPING")).toEqual([]);
      const open = (peer: RawPeer, isOpen: boolean) =>
        ask(peer, "GROUPINFO", { conversation: group, limit: 1, open: isOpen }, "GROUPINFORESPONSE");
      for (const peer of [a1, b2, c1]) expect(await open(peer, true)).toMatchObject({ error: 0, count: 3 });
      b1.send("TYPING", { conversation: group });
      expect(await a1.next("TYPING")).toEqual({ conversation: group, uuid: b.uuid });
      expect(await c1.next("TYPING")).toEqual({ conversation: group, uuid: b.uuid });
      expect(b2.bodies("TYPING")).toEqual([]);
      await open(c1, false);
      b1.send("TYPING", { conversation: group });
      expect(await a1.next("TYPING")).toEqual({ conversation: group, uuid: b.uuid });
      await say(b1, group, "typed again");
      await told(c1, group, "typed again");
      expect(c1.bodies("TYPING")).toHaveLength(1);
    });

    test("how far one got is told to whom it concerns", async () => {
      const { users, peers } = await stage.crew(3);
      const [a, b, c] = users;
      const [a1, b1, c1] = peers;
      const b2 = await stage.login(b);
      const { conversation: group } = await create(a1, { name: "crew", members: ids(b, c) });
      await say(a1, group, "read me");
      await told(b1, group, "read me");
      b1.send("ACK", { conversation: group, delivered_seq: 2, read_seq: 2 });
      expect(await b2.next("CURSOR")).toEqual({ conversation: group, delivered_seq: 2, read_seq: 2 });
      c1.send("ACK", { conversation: group, peer: a.uuid, read_seq: 1 });
      expect(await c1.next("ERROR")).toMatchObject({ error: Code.INVALID_FIELD, field: "conversation" });
      for (const peer of [a1, b1, c1]) expect(peer.bodies("RECEIPT")).toEqual([]);
    });

    test("who has got and read a message is told to who may see it", async () => {
      const { users, peers } = await stage.crew(3);
      const [a, b, c] = users;
      const [a1, b1, c1] = peers;
      const readers = (peer: RawPeer, body: Json) => ask(peer, "READERS", body, "READERSRESPONSE");
      const { conversation: group } = await create(a1, { name: "crew", members: ids(b) });
      await say(a1, group, "who reads?");
      await told(b1, group, "who reads?");
      const nobody = {
        error: 0,
        delivered: 0,
        read: 0,
        members: [{ uuid: b.uuid, delivered: false, read: false }],
      };
      expect(await readers(a1, { conversation: group, seq: 2 })).toEqual(nobody);
      b1.send("ACK", { conversation: group, delivered_seq: 2, read_seq: 2 });
      const all = {
        error: 0,
        delivered: 1,
        read: 1,
        members: [{ uuid: b.uuid, delivered: true, read: true }],
      };
      await until(async () => (await readers(a1, { conversation: group, seq: 2 })).read === 1);
      expect(await readers(b1, { conversation: group, seq: 2 })).toEqual(all);
      await change(a1, { conversation: group, add: ids(c) });
      for (const seq of [1, 2, 99])
        expect(await readers(c1, { conversation: group, seq })).toMatchObject({
          error: Code.NOT_FOUND,
          field: "seq",
        });
      expect(await readers(c1, { conversation: group, seq: 3 })).toMatchObject({ error: 0 });
      expect(await readers(c1, { peer: a.uuid, seq: 1 })).toMatchObject({ error: Code.NOT_FOUND });
      expect(await readers(c1, { conversation: "999999999", seq: 1 })).toMatchObject({
        error: Code.NOT_A_MEMBER,
      });
      expect(await readers(c1, { conversation: group })).toMatchObject({
        error: Code.INVALID_FIELD,
        field: "seq",
      });
    });

    test("muted, pinned and archived is on all of one's devices, and nobody else's", async () => {
      const { users, peers } = await stage.crew(2);
      const [a, b] = users;
      const [a1, b1] = peers;
      const a2 = await stage.login(a);
      const set = (body: Json) => ask(a1, "CONVERSATIONSET", body, "CONVERSATIONSETRESPONSE");
      const { conversation: group } = await create(a1, { name: "crew", members: ids(b) });
      expect(await set({ conversation: group, muted_until: 2 ** 42, pinned: true })).toEqual({ error: 0 });
      const now = { conversation: group, muted_until: 2 ** 42, pinned: true, archived: false };
      expect(await a2.next("CONVERSATIONSETTINGS")).toEqual(now);
      expect(await set({ peer: b.uuid, archived: true })).toEqual({ error: 0 });
      expect(await a2.next("CONVERSATIONSETTINGS", 2)).toMatchObject({
        peer: b.uuid,
        muted_until: 0,
        archived: true,
      });
      expect(await set({ conversation: group, muted_until: 0 })).toEqual({ error: 0 });
      const a3 = await stage.login(a);
      const heads = (await a3.next("LOGINRESPONSE")).heads as Json[];
      expect(heads.find(({ conversation }) => conversation === group)).toMatchObject({ pinned: true });
      expect(heads.find(({ conversation }) => conversation === group)).not.toHaveProperty("muted_until");
      expect(heads.find(({ peer }) => peer === b.uuid)).toMatchObject({ archived: true });
      expect([...a1.bodies("CONVERSATIONSETTINGS"), ...b1.bodies("CONVERSATIONSETTINGS")]).toEqual([]);
      expect(await set({ conversation: group })).toMatchObject({
        error: Code.INVALID_FIELD,
        field: "muted_until",
      });
      expect(await set({ conversation: group, pinned: 1 })).toMatchObject({
        error: Code.INVALID_FIELD,
        field: "pinned",
      });
      expect(await set({ pinned: true })).toMatchObject({ error: Code.INVALID_FIELD, field: "peer" });
      expect(await set({ conversation: "999999999", pinned: true })).toMatchObject({
        error: Code.NOT_A_MEMBER,
      });
    });
  });
