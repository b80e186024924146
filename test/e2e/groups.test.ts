/**
 * @module e2e/groups
 * Groups, frame by frame, in both shapes: who is told what, from where on and up to where; who may do what; what is
 * refused and harms nobody. In the cluster each user's devices are on two nodes.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { Code } from "../../src/wire/codes.ts";
import type { ServiceName } from "../../src/wire/ids.ts";
import { RawPeer } from "../support/raw-peer.ts";
import { type Shape, shapes } from "../support/shapes.ts";
import { until } from "../support/until.ts";
import { makeUsers, type User } from "../support/users.ts";

type Json = Record<string, unknown>;
interface Entry {
  readonly seq: number;
  readonly kind: string;
  readonly msg_content: string;
  readonly data?: Json;
  readonly reply_to?: number;
}

const NEW = { proto: 2 };

/** What answers what is asked for wrongly. */
const ANSWERS = {
  GROUPCREATE: "GROUPCREATERESPONSE",
  GROUPCHANGE: "GROUPCHANGERESPONSE",
  GROUPINFO: "GROUPINFORESPONSE",
  GROUPLEAVE: "GROUPLEAVERESPONSE",
  HISTORYREQUEST: "HISTORYRESPONSE",
  TEXTCHATMSGREQUEST: "TEXTCHATMSGRESPONSE",
} as const;

for (const [name, start] of Object.entries(shapes))
  describe(name, () => {
    let shape: Shape;
    beforeAll(async () => {
      // Bad frames count all the same.
      shape = await start({ env: { CHATSRV_LIMITS_ENABLED: "false" } });
    }, 60_000);
    afterAll(() => shape?.stop(), 60_000);
    const open: RawPeer[] = [];
    afterEach(() => {
      for (const peer of open.splice(0)) {
        expect(peer.violations).toEqual([]);
        peer.terminate();
      }
    });

    const login = async (user: User, more: Json = { ...NEW, device: crypto.randomUUID() }) => {
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
    const create = (peer: RawPeer, body: Json) => ask(peer, "GROUPCREATE", body, "GROUPCREATERESPONSE");
    const change = (peer: RawPeer, body: Json) => ask(peer, "GROUPCHANGE", body, "GROUPCHANGERESPONSE");
    const info = (peer: RawPeer, body: Json) => ask(peer, "GROUPINFO", body, "GROUPINFORESPONSE");
    const leave = (peer: RawPeer, conversation: unknown) =>
      ask(peer, "GROUPLEAVE", { conversation }, "GROUPLEAVERESPONSE");
    const history = (peer: RawPeer, body: Json) => ask(peer, "HISTORYREQUEST", body, "HISTORYRESPONSE");
    const text = (content: string, more: Json = {}) => [
      { msg_id: crypto.randomUUID(), msg_content: content, ...more },
    ];
    const say = (peer: RawPeer, conversation: unknown, content: string, more: Json = {}) =>
      ask(peer, "TEXTCHATMSGREQUEST", { conversation, text_msg: text(content, more) }, "TEXTCHATMSGRESPONSE");
    /** What a session was sent of a conversation, ascending as it came. */
    const seen = (peer: RawPeer, conversation: unknown): Entry[] =>
      peer
        .bodies("TEXTCHATMSGICOMINGREQUEST")
        .filter((body) => body.conversation === conversation)
        .flatMap((body) => body.text_msg as Entry[]);
    const contents = (peer: RawPeer, conversation: unknown) =>
      seen(peer, conversation).map(({ kind, msg_content }) => (kind === "text" ? msg_content : kind));
    const told = (peer: RawPeer, conversation: unknown, content: string) =>
      until(() => contents(peer, conversation).includes(content), { what: content });

    const befriend = async (a: RawPeer, userA: User, b: RawPeer, userB: User) => {
      const pair = { src_uuid: userA.uuid, dst_uuid: userB.uuid };
      await ask(a, "FRIENDREQUESTSENDER", { ...pair, nickname: "", message: "" }, "FRIENDSENDERRESPONSE");
      await ask(b, "FRIENDREQUESTCONFIRM", pair, "FRIENDCONFIRMRESPONSE");
    };
    /** Users, the first a friend of all others, each with a session. */
    const crew = async (count: number) => {
      const users = await makeUsers(shape, shape.api, count, "crew");
      // As lists of members have them.
      users.sort((one, other) => Number(one.uuid) - Number(other.uuid));
      const peers = await Promise.all(users.map((user) => login(user)));
      const [hub, hubUser] = [peers[0] as RawPeer, users[0] as User];
      for (const [i, user] of users.entries())
        if (i > 0) await befriend(hub, hubUser, peers[i] as RawPeer, user);
      return {
        users: users as [User, User, User, User],
        peers: peers as [RawPeer, RawPeer, RawPeer, RawPeer],
      };
    };
    const ids = (...users: User[]) => users.map(({ uuid }) => uuid);

    test("members are told on every device; a device that comes later reads the same", async () => {
      const { users, peers } = await crew(3);
      const [a, b, c] = users;
      const [a1, b1, c1] = peers;
      const [a2, b2] = [await login(a), await login(b)];
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

      const c2 = await login(c);
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
      const { users, peers } = await crew(3);
      const [, b, c] = users;
      const [a1, b1, c1] = peers;
      const c2 = await login(c);
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
      const fresh = await login(c);
      const later = await history(fresh, { conversation: group });
      expect((later.messages as Entry[]).map(({ seq }) => seq)).toEqual([7, 8]);
    });

    test("roles: owners and admins change, members write; the last owner hands over when leaving", async () => {
      const { users, peers } = await crew(4);
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
      const { users, peers } = await crew(3);
      const [a, b, c] = users;
      const [stranger] = (await makeUsers(shape, shape.api, 1, "crew")) as [User];
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
      const { users, peers } = await crew(2);
      const original = await login(users[1], {});
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
      const again = await login(users[1], {});
      expect(
        [original, again].flatMap((peer) => peer.frames.map(({ id }) => id)).sort((x, y) => x - y),
      ).toEqual([6, 6, 18]);
    });

    test("what is wrong is refused by name, and harms nobody", async () => {
      const { users, peers } = await crew(3);
      const [a, b, c] = users;
      const [a1, b1, c1] = peers;
      const { conversation: group } = await create(a1, { name: "crew", members: ids(b) });
      const wrong = (field: string) => ({ error: Code.INVALID_FIELD, field });
      const nobody = { error: Code.NOT_A_MEMBER };
      // A pair is no group; its id is as good as its peer.
      await ask(a1, "TEXTCHATMSGREQUEST", directText(a, b, "hi"), "TEXTCHATMSGRESPONSE");
      const pair = (await history(b1, { peer: a.uuid })).conversation;
      expect(await say(a1, pair, "by its id")).toMatchObject({ error: 0, conversation: pair });
      await told(b1, pair, "by its id");

      type Bad = readonly [by: User, request: keyof typeof ANSWERS, body: Json, answer: Json];
      const bad: readonly Bad[] = [
        [a, "GROUPCREATE", { name: "", members: [] }, wrong("name")],
        [a, "GROUPCREATE", { name: "   ", members: [] }, wrong("name")],
        [a, "GROUPCREATE", { name: "x".repeat(10_000), members: [] }, wrong("name")],
        [a, "GROUPCREATE", { name: "x" }, wrong("members")],
        [a, "GROUPCREATE", { name: "x", members: Array(501).fill(b.uuid) }, { error: Code.TOO_LARGE }],
        [a, "GROUPCREATE", { name: "x", members: ["-1"] }, wrong("members[0]")],
        [a, "GROUPCHANGE", { conversation: group }, wrong("name")],
        [a, "GROUPCHANGE", { conversation: group, add: ids(c), remove: ids(c) }, wrong("remove")],
        [
          a,
          "GROUPCHANGE",
          { conversation: group, roles: [{ uuid: b.uuid, role: "king" }] },
          wrong("roles[0].role"),
        ],
        [a, "GROUPCHANGE", { conversation: pair, name: "x" }, nobody],
        [a, "GROUPLEAVE", { conversation: pair }, nobody],
        [a, "GROUPINFO", { conversation: pair }, nobody],
        [a, "GROUPINFO", { conversation: "-1" }, wrong("conversation")],
        [a, "GROUPINFO", { conversation: "0" }, wrong("conversation")],
        [a, "GROUPINFO", { conversation: "9223372036854775808" }, wrong("conversation")],
        [a, "GROUPINFO", { conversation: "1e3" }, wrong("conversation")],
        [a, "GROUPINFO", { conversation: 7 }, wrong("conversation")],
        [a, "GROUPINFO", {}, wrong("conversation")],
        [c, "GROUPINFO", { conversation: group }, nobody],
        [c, "GROUPCHANGE", { conversation: group, add: ids(c) }, nobody],
        [c, "GROUPLEAVE", { conversation: group }, nobody],
        [c, "HISTORYREQUEST", { conversation: group }, nobody],
        [c, "HISTORYREQUEST", { conversation: pair }, nobody],
        [a, "HISTORYREQUEST", { conversation: "999999999" }, nobody],
        [a, "HISTORYREQUEST", { conversation: group, peer: b.uuid }, wrong("conversation")],
        [a, "HISTORYREQUEST", {}, wrong("peer")],
        [c, "TEXTCHATMSGREQUEST", { conversation: group, text_msg: text("x") }, nobody],
        [c, "TEXTCHATMSGREQUEST", { conversation: pair, text_msg: text("x") }, nobody],
        [a, "TEXTCHATMSGREQUEST", { conversation: "x", text_msg: text("x") }, wrong("conversation")],
        [
          a,
          "TEXTCHATMSGREQUEST",
          { conversation: group, text_receiver: b.uuid, text_msg: text("x") },
          wrong("text_msg[0].msg_receiver"),
        ],
        [
          a,
          "TEXTCHATMSGREQUEST",
          { conversation: group, text_receiver: b.uuid, text_msg: text("x", { msg_receiver: b.uuid }) },
          wrong("conversation"),
        ],
        [
          a,
          "TEXTCHATMSGREQUEST",
          { conversation: group, text_sender: b.uuid, text_msg: text("x") },
          wrong("text_sender"),
        ],
        [
          a,
          "TEXTCHATMSGREQUEST",
          { conversation: group, text_msg: text("x", { msg_sender: b.uuid }) },
          wrong("text_msg[0].msg_sender"),
        ],
        [
          a,
          "TEXTCHATMSGREQUEST",
          { conversation: group, text_msg: text("x", { kind: "members" }) },
          wrong("text_msg[0].kind"),
        ],
        [
          a,
          "TEXTCHATMSGREQUEST",
          { conversation: group, text_msg: text("x", { kind: "hologram" }) },
          wrong("text_msg[0].kind"),
        ],
        [
          a,
          "TEXTCHATMSGREQUEST",
          { conversation: group, text_msg: text("x", { data: {} }) },
          wrong("text_msg[0].data"),
        ],
        [
          a,
          "TEXTCHATMSGREQUEST",
          { conversation: group, text_msg: text("x", { reply_to: -1 }) },
          wrong("text_msg[0].reply_to"),
        ],
        [a, "TEXTCHATMSGREQUEST", { text_msg: text("x") }, wrong("text_sender")],
      ];
      for (const by of [a, c]) {
        const its = bad.filter(([user]) => user === by);
        // Ten bad frames within a minute close a connection.
        for (let i = 0; i < its.length; i += 9) {
          const probe = await login(by, { ...NEW, device: "probe" });
          for (const [, request, body, answer] of its.slice(i, i + 9))
            expect([request, body, await ask(probe, request, body, ANSWERS[request])]).toMatchObject([
              request,
              body,
              answer,
            ]);
        }
      }

      await say(b1, group, "all is well");
      await told(a1, group, "all is well");
      expect(contents(a1, group)).toEqual(["members", "all is well"]);
      expect(seen(c1, group)).toEqual([]);
    });

    test("who is writing, and how far one got, are told to whom they concern", async () => {
      const { users, peers } = await crew(3);
      const [a, b, c] = users;
      const [a1, b1, c1] = peers;
      const b2 = await login(b);
      const { conversation: group } = await create(a1, { name: "crew", members: ids(b, c) });
      await say(a1, group, "read me");
      await told(b1, group, "read me");
      b1.send("TYPING", { conversation: group });
      expect(await a1.next("TYPING")).toEqual({ conversation: group, uuid: b.uuid });
      expect(await c1.next("TYPING")).toEqual({ conversation: group, uuid: b.uuid });
      expect(b2.bodies("TYPING")).toEqual([]);
      b1.send("ACK", { conversation: group, delivered_seq: 2, read_seq: 2 });
      expect(await b2.next("CURSOR")).toEqual({ conversation: group, delivered_seq: 2, read_seq: 2 });
      c1.send("ACK", { conversation: group, peer: a.uuid, read_seq: 1 });
      expect(await c1.next("ERROR")).toMatchObject({ error: Code.INVALID_FIELD, field: "conversation" });
      for (const peer of [a1, b1, c1]) expect(peer.bodies("RECEIPT")).toEqual([]);
    });

    test("a change that is asked for again is one change", async () => {
      const { users, peers } = await crew(2);
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

function directText(from: User, to: User, msg_content: string): Json {
  const pair = { msg_sender: from.uuid, msg_receiver: to.uuid };
  return {
    text_sender: from.uuid,
    text_receiver: to.uuid,
    text_msg: [{ ...pair, msg_id: crypto.randomUUID(), msg_content }],
  };
}
