/**
 * @module e2e/groups-refused
 * What is asked of groups and cannot be: refused by name, and harms nobody.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { Code } from "../../src/wire/codes.ts";
import {
  ask,
  contents,
  create,
  directText,
  history,
  ids,
  type Json,
  PROTO_2,
  Stage,
  say,
  seen,
  text,
  told,
} from "../support/groups.ts";
import { type Shape, shapes } from "../support/shapes.ts";
import type { User } from "../support/users.ts";

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
    const stage = new Stage(() => shape);
    beforeAll(async () => {
      shape = await start({ env: { CHATSRV_LIMITS_ENABLED: "false" } });
    }, 60_000);
    afterAll(() => shape?.stop(), 60_000);
    afterEach(() => stage.clear());

    test("what is wrong is refused by name, and harms nobody", async () => {
      const { users, peers } = await stage.crew(3);
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
          const probe = await stage.login(by, { ...PROTO_2, device: "probe" });
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
  });
