/**
 * @module e2e/groups
 * Groups, frame by frame, in both shapes: who is told what, from where on and up to where, and who may do what.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { Code } from "../../src/wire/codes.ts";
import {
  ask,
  befriend,
  change,
  contents,
  create,
  type Entry,
  history,
  ids,
  info,
  type Json,
  leave,
  Stage,
  say,
  seen,
  told,
} from "../support/groups.ts";
import { type Shape, shapes } from "../support/shapes.ts";
import { until } from "../support/until.ts";
import type { User } from "../support/users.ts";

for (const [name, start] of Object.entries(shapes))
  describe(name, () => {
    let shape: Shape;
    const stage = new Stage(() => shape);
    beforeAll(async () => {
      shape = await start();
    }, 60_000);
    afterAll(() => shape?.stop(), 60_000);
    afterEach(() => stage.clear());

    test("members are told on every device; a device that comes later reads the same", async () => {
      const { users, peers } = await stage.crew(3);
      const [a, b, c] = users;
      const [a1, b1, c1] = peers;
      const [a2, b2] = [await stage.login(a), await stage.login(b)];
      const made = await create(a1, { name: "crew", members: ids(b, c), avatar: "c.png" });
      expect(made).toEqual({ error: 0, conversation: expect.any(String) });
      const group = made.conversation;
      for (const peer of [a1, a2, b1, b2, c1]) await until(() => seen(peer, group)[0]?.kind === "members");
      expect(seen(c1, group)[0]).toMatchObject({ seq: 1, data: { added: ids(a, b, c) } });

      expect(await say(b1, group, "one")).toMatchObject({
        error: 0,
        conversation: group,
        acks: [{ seq: 2 }],
      });
      expect(await say(a1, group, "two", { reply_to: 2 })).toMatchObject({ error: 0, acks: [{ seq: 3 }] });
      await say(c1, group, "three");
      for (const peer of [a2, b2]) {
        await told(peer, group, "three");
        expect(seen(peer, group).map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
      }
      // Its own texts come back as acks.
      await until(() => seen(b1, group).length === 3);
      expect(contents(b1, group)).toEqual(["members", "two", "three"]);
      expect(seen(b1, group)[1]).toMatchObject({ reply_to: 2 });

      const c2 = await stage.login(c);
      const { heads } = await c2.next("LOGINRESPONSE");
      const [head] = heads as Json[];
      expect(head).toMatchObject({
        ...{ conversation: group, kind: "group", name: "crew", avatar: "c.png", members: 3, role: "member" },
        ...{ last_seq: 4, last: { seq: 4, msg_sender: c.uuid, kind: "text", preview: "three" } },
      });
      expect(head).not.toHaveProperty("peer");
      const page = await history(c2, { conversation: group });
      expect(page).toMatchObject({ error: 0, conversation: group, last_seq: 4 });
      expect((page.messages as Entry[]).map(({ msg_content }) => msg_content)).toEqual([
        "",
        "one",
        "two",
        "three",
      ]);
      expect(await info(c2, { conversation: group })).toMatchObject({
        ...{ error: 0, name: "crew", avatar: "c.png", version: 1, count: 3 },
        members: [
          { uuid: a.uuid, role: "owner" },
          { uuid: b.uuid, role: "member" },
          { uuid: c.uuid, role: "member" },
        ],
      });
    });

    test("who joins sees from there on, who is removed sees up to that and gets no byte after it", async () => {
      const { users, peers } = await stage.crew(3);
      const [, b, c] = users;
      const [a1, b1, c1] = peers;
      const c2 = await stage.login(c);
      const { conversation: group } = await create(a1, { name: "crew", members: ids(b) });
      await say(b1, group, "before");
      expect(await change(a1, { conversation: group, add: ids(c) })).toMatchObject({ error: 0, version: 2 });
      await say(b1, group, "between");
      for (const peer of [c1, c2]) await told(peer, group, "between");
      expect(await change(a1, { conversation: group, remove: ids(c) })).toMatchObject({
        error: 0,
        version: 3,
      });
      await say(b1, group, "after");
      await told(a1, group, "after");
      for (const peer of [c1, c2]) {
        await until(() => seen(peer, group).length === 3);
        expect(contents(peer, group)).toEqual(["members", "between", "members"]);
        expect(seen(peer, group)[2]?.data).toEqual({ removed: ids(c) });
      }
      expect(await say(c1, group, "no")).toMatchObject({ error: Code.NOT_A_MEMBER });
      expect(await info(c1, { conversation: group })).toMatchObject({ error: Code.NOT_A_MEMBER });
      const page = await history(c1, { conversation: group });
      expect((page.messages as Entry[]).map(({ seq }) => seq)).toEqual([3, 4, 5]);

      // Added again: what lay between is not theirs.
      await change(a1, { conversation: group, add: ids(c) });
      await say(a1, group, "again");
      for (const peer of [c1, c2]) {
        await told(peer, group, "again");
        expect(contents(peer, group)).toEqual(["members", "between", "members", "members", "again"]);
      }
      const fresh = await stage.login(c);
      const later = await history(fresh, { conversation: group });
      expect((later.messages as Entry[]).map(({ seq }) => seq)).toEqual([7, 8]);
    });

    test("roles: owners and admins change, members write; the last owner hands over when leaving", async () => {
      const { users, peers } = await stage.crew(4);
      const [a, b, c, d] = users;
      const [a1, b1, c1] = peers;
      await befriend(b1, b, peers[3], d);
      const { conversation: group } = await create(a1, { name: "crew", members: ids(b, c) });
      const forbidden = { error: Code.FORBIDDEN };
      expect(await change(b1, { conversation: group, name: "mine" })).toMatchObject(forbidden);
      expect(await change(b1, { conversation: group, remove: ids(c) })).toMatchObject(forbidden);
      const admin = { conversation: group, roles: [{ uuid: b.uuid, role: "admin" }] };
      expect(await change(b1, admin)).toMatchObject(forbidden);
      expect(await change(a1, admin)).toMatchObject({ error: 0 });
      expect(await change(b1, { conversation: group, name: "ours", description: "d" })).toMatchObject({
        error: 0,
      });
      expect(await change(b1, { conversation: group, add: ids(d) })).toMatchObject({ error: 0 });
      expect(await change(b1, { conversation: group, remove: ids(a) })).toMatchObject(forbidden);
      expect(await leave(a1, group)).toEqual({ error: 0, conversation: group });
      expect(await leave(a1, group)).toMatchObject({ error: Code.NOT_A_MEMBER });
      expect(await info(c1, { conversation: group })).toMatchObject({
        ...{ name: "ours", description: "d", count: 3 },
        members: [{ uuid: b.uuid, role: "owner" }, { uuid: c.uuid }, { uuid: d.uuid }],
      });
      await until(() => seen(c1, group).some(({ data }) => data?.left !== undefined));
      expect(seen(c1, group).at(-1)?.data).toEqual({
        left: ids(a),
        roles: [{ uuid: b.uuid, role: "owner" }],
      });
    });

    test("only friends can be added; those who cannot are named with their error, the others are in", async () => {
      const { users, peers } = await stage.crew(3);
      const [a, b, c] = users;
      const [stranger] = (await stage.users(1)) as [User];
      await ask(peers[2], "BLOCK", { uuid: a.uuid, blocked: true }, "BLOCKRESPONSE");
      const made = await create(peers[0], { name: "crew", members: ids(a, b, b, c, stranger) });
      expect(made).toMatchObject({ error: 0 });
      expect(made.refused).toEqual([
        { uuid: c.uuid, error: Code.BLOCKED },
        { uuid: stranger.uuid, error: Code.NOT_FRIENDS },
      ]);
      expect(await info(peers[0], { conversation: made.conversation })).toMatchObject({ count: 2 });
      expect(await create(peers[0], { name: "alone", members: [] })).toMatchObject({ error: 0 });
      expect(seen(peers[2], made.conversation)).toEqual([]);
    });

    test("a session of the original's sees nothing of a group, and cannot ask", async () => {
      const { users, peers } = await stage.crew(2);
      const original = await stage.login(users[1], {});
      const { conversation: group } = await create(peers[0], { name: "crew", members: ids(users[1]) });
      await say(peers[0], group, "secret");
      await told(peers[1], group, "secret");
      const pair = { msg_sender: users[1].uuid, msg_receiver: users[0].uuid };
      const direct = { text_sender: users[1].uuid, text_receiver: users[0].uuid };
      const entry = { ...pair, msg_id: "{x}", msg_content: "direct" };
      expect(
        await ask(
          original,
          "TEXTCHATMSGREQUEST",
          { ...direct, conversation: group, text_msg: [entry] },
          "TEXTCHATMSGRESPONSE",
        ),
      ).toEqual({ error: 0, ...direct });
      await until(() =>
        peers[0]
          .bodies("TEXTCHATMSGICOMINGREQUEST")
          .some((body) => body.peer !== null && (body.text_msg as Entry[])[0]?.msg_content === "direct"),
      );
      const again = await stage.login(users[1], {});
      expect(
        [original, again].flatMap((peer) => peer.frames.map(({ id }) => id)).sort((x, y) => x - y),
      ).toEqual([6, 6, 18]);
    });

    test("a change that is asked for again is one change", async () => {
      const { users, peers } = await stage.crew(2);
      const [a1] = peers;
      const made = await create(a1, { name: "crew", members: ids(users[1]), msg_id: "{g}" });
      expect(await create(a1, { name: "crew", members: ids(users[1]), msg_id: "{g}" })).toEqual(made);
      const named = { conversation: made.conversation, name: "other", msg_id: "{n}" };
      for (let i = 0; i < 2; i++) expect(await change(a1, named)).toMatchObject({ error: 0, version: 2 });
      expect(await say(a1, made.conversation, "x", { msg_id: "{n}" })).toMatchObject({
        error: Code.MESSAGE_ID_CONFLICT,
      });
      await told(peers[1], made.conversation, "members");
      await until(() => seen(peers[1], made.conversation).length === 2);
    });
  });
