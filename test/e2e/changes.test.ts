/**
 * @module e2e/changes
 * Messages that change others, frame by frame, in both shapes: edits, recalls, reactions and answers come to every device in
 * order, and a device that comes later reads messages as they are by then. What cannot be is refused by name.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { Code } from "../../src/wire/codes.ts";
import {
  ask,
  create,
  directText,
  type Entry,
  history,
  ids,
  type Json,
  PROTO_2,
  Stage,
  say,
  seen,
} from "../support/groups.ts";
import type { RawPeer } from "../support/raw-peer.ts";
import { type Shape, shapes } from "../support/shapes.ts";
import { until } from "../support/until.ts";

const FAMILY = "👨‍👩‍👧‍👦";

for (const [name, start] of Object.entries(shapes))
  describe(name, () => {
    let shape: Shape;
    const stage = new Stage(() => shape);
    beforeAll(async () => {
      shape = await start({ env: { CHATSRV_LIMITS_ENABLED: "false" } });
    }, 60_000);
    afterAll(() => shape?.stop(), 60_000);
    afterEach(() => stage.clear());

    const edit = (peer: RawPeer, at: unknown, of: number, content: string) =>
      say(peer, at, content, { kind: "edit", data: { of } });
    const recall = (peer: RawPeer, at: unknown, of: number) =>
      say(peer, at, "", { kind: "recall", data: { of } });
    const react = (peer: RawPeer, at: unknown, of: number, emoji: string, on = true) =>
      say(peer, at, "", { kind: "reaction", data: { of, emoji, on } });
    const page = async (peer: RawPeer, conversation: unknown) =>
      (await history(peer, { conversation })).messages as (Entry & Json)[];

    test("each device is told of each change; a later one reads what became of it", async () => {
      const { users, peers } = await stage.crew(2);
      const [a1, b1] = peers;
      const a2 = await stage.login(users[0]);
      const { conversation: group } = await create(a1, { name: "crew", members: ids(users[1]) });
      await say(a1, group, "helo");
      await say(a1, group, "gone soon");
      expect(await edit(a1, group, 2, "hello")).toMatchObject({ error: 0, acks: [{ seq: 4 }] });
      await react(b1, group, 2, FAMILY);
      await react(a1, group, 2, FAMILY);
      await react(a1, group, 2, "👍");
      await react(a1, group, 2, "👍", false);
      await say(b1, group, "to you", { reply_to: 2 });
      expect(await recall(a1, group, 3)).toMatchObject({ error: 0, acks: [{ seq: 10 }] });
      for (const peer of [a2, b1]) await until(() => seen(peer, group).at(-1)?.seq === 10);
      expect(seen(a2, group).map(({ kind, data }) => [kind, data])).toMatchObject([
        ["members", {}],
        ["text", undefined],
        ["text", undefined],
        ["edit", { of: 2 }],
        ["reaction", { of: 2, emoji: FAMILY, on: true }],
        ["reaction", { of: 2, emoji: FAMILY, on: true }],
        ["reaction", { of: 2, emoji: "👍", on: true }],
        ["reaction", { of: 2, emoji: "👍", on: false }],
        ["text", undefined],
        ["recall", { of: 3 }],
      ]);
      const [, first, second, ...rest] = await page(await stage.login(users[1]), group);
      expect(first).toMatchObject({
        ...{ seq: 2, kind: "text", msg_content: "hello", edited_seq: 4 },
        reactions: [{ emoji: FAMILY, count: 2, mine: true }],
      });
      expect(second).toMatchObject({ seq: 3, kind: "text", msg_content: "", recalled: true });
      expect(rest.find(({ seq }) => seq === 9)).toMatchObject({ msg_content: "to you", reply_to: 2 });
    });

    test("what cannot be changed is refused by name, and stays as it is", async () => {
      const { users, peers } = await stage.crew(2);
      const [a1, b1] = peers;
      const { conversation: group } = await create(a1, { name: "crew", members: ids(users[1]) });
      await say(a1, group, "mine");
      await say(a1, group, "recalled");
      await recall(a1, group, 3);
      const at = (field: string) => ({ error: Code.INVALID_FIELD, field: `text_msg[0].${field}` });
      const forbidden = { error: Code.FORBIDDEN };
      const missing = { error: Code.NOT_FOUND };
      expect(await edit(b1, group, 2, "yours")).toMatchObject(forbidden);
      expect(await recall(b1, group, 2)).toMatchObject(forbidden);
      expect(await edit(a1, group, 1, "members")).toMatchObject(missing);
      expect(await edit(a1, group, 3, "again")).toMatchObject(missing);
      expect(await edit(a1, group, 99, "none")).toMatchObject(missing);
      expect(await react(b1, group, 99, "👍")).toMatchObject(missing);
      expect(await say(a1, group, "x", { reply_to: 99 })).toMatchObject(missing);
      const probe = await stage.login(users[0], { ...PROTO_2, device: "probe" });
      expect(await edit(probe, group, 0, "x")).toMatchObject(at("data.of"));
      expect(await react(probe, group, 2, "👍".repeat(1_000))).toMatchObject(at("data.emoji"));
      expect(await react(probe, group, 2, "")).toMatchObject(at("data.emoji"));
      expect(await react(probe, group, 2, "a b")).toMatchObject(at("data.emoji"));
      expect(await say(probe, group, "x", { kind: "edit" })).toMatchObject(at("data"));
      expect(await say(probe, group, "x", { kind: "recall", data: { of: 2 } })).toMatchObject(
        at("msg_content"),
      );
      const on = { kind: "reaction", data: { of: 2, emoji: "👍", on: "yes" } };
      expect(await say(probe, group, "", on)).toMatchObject(at("data.on"));
      expect((await page(b1, group))[1]).toMatchObject({ seq: 2, msg_content: "mine" });
    });

    test("a session of the original's is shown an edit as a text, and neither recalls nor reactions", async () => {
      const { users, peers } = await stage.crew(2);
      const [a, b] = users;
      const [a1, b1] = peers;
      const original = await stage.login(b, {});
      await ask(a1, "TEXTCHATMSGREQUEST", directText(a, b, "helo"), "TEXTCHATMSGRESPONSE");
      const { conversation } = await history(a1, { peer: b.uuid });
      await edit(a1, conversation, 1, "hello");
      await react(b1, conversation, 1, "👍");
      await recall(a1, conversation, 1);
      await ask(a1, "TEXTCHATMSGREQUEST", directText(a, b, "next"), "TEXTCHATMSGRESPONSE");
      const texts = () =>
        original.bodies("TEXTCHATMSGICOMINGREQUEST").flatMap(({ text_msg }) => text_msg as Entry[]);
      await until(() => texts().at(-1)?.msg_content === "next");
      expect(texts().map(({ msg_content }) => msg_content)).toEqual(["helo", "* hello", "next"]);
    });
  });
