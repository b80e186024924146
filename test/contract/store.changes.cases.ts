/**
 * @module contract/store.changes.cases
 * Messages that change or answer others, and what is read of those then, on any store.
 */
import { expect, test } from "bun:test";
import type { Message } from "../../src/domain/entities.ts";
import type { ConversationId, UserId } from "../../src/domain/ids.ts";
import type { AppendEntry, Store } from "../../src/store/store.ts";
import { change, crew, friendsOf, leave, post, seen } from "./store.groups.harness.ts";
import { friends, HOSTILE, seqs, statuses, talkOf } from "./store.harness.ts";

const HOUR_MS = 3_600_000;
const FAMILY = "👨‍👩‍👧‍👦";

export function changeCases(store: () => Store): void {
  const send = (entries: readonly AppendEntry[], at = 1) => store().messages.append(entries, at);
  const edit = (where: ConversationId, by: UserId, of: unknown, body: string): AppendEntry => ({
    ...{ ...post(where, by, body), kind: "edit", data: { of } },
  });
  const recall = (where: ConversationId, by: UserId, of: unknown): AppendEntry => ({
    ...{ ...post(where, by, ""), kind: "recall", data: { of } },
  });
  const react = (
    where: ConversationId,
    by: UserId,
    of: unknown,
    emoji: unknown,
    on: unknown = true,
  ): AppendEntry => ({
    ...{ ...post(where, by, ""), kind: "reaction", data: { of, emoji, on } },
  });
  async function talk(count: number): Promise<[ConversationId, UserId, UserId]> {
    const [a, b] = await friends(store());
    const conversation = await talkOf(store(), a, b);
    await send(Array.from({ length: count }, (_, index) => post(conversation, a, `text ${index + 1}`)));
    return [conversation, a, b];
  }
  const at = async (where: ConversationId, reader: UserId, seq: number) =>
    (await store().messages.history(where, reader, { before: seq + 1, limit: 1 }))?.messages[0] as Message;

  test("an edit is an entry, and shows where the text was; the last one counts", async () => {
    const [talkId, a, b] = await talk(2);
    expect(seqs(await send([edit(talkId, a, 1, "once"), edit(talkId, a, 1, "twice")]))).toEqual([3, 4]);
    expect(await at(talkId, b, 1)).toMatchObject({ seq: 1, kind: "text", body: "twice", editedSeq: 4 });
    expect(await at(talkId, b, 2)).not.toHaveProperty("editedSeq");
    expect((await seen(store(), talkId, b)).slice(2)).toMatchObject([
      { kind: "edit", body: "once", data: { of: 1 } },
      { kind: "edit", body: "twice", data: { of: 1 } },
    ]);
    for (const evil of HOSTILE) {
      await send([edit(talkId, a, 2, evil)]);
      expect((await at(talkId, b, 2)).body).toBe(evil);
    }
  });

  test("what may not be edited: another's, what is no text, not there, not visible, recalled, too old", async () => {
    const [talkId, a, b] = await talk(3);
    await send([recall(talkId, a, 3), react(talkId, b, 1, "👍"), { ...post(talkId, a), kind: "call" }]);
    const wrong = [0, -1, 99, 1.5, "1", null, undefined, Number.MAX_SAFE_INTEGER, { of: 1 }, 4, 5, 3];
    expect(new Set(statuses(await send(wrong.map((of) => edit(talkId, a, of, "x")))))).toEqual(
      new Set(["not_found"]),
    );
    expect(statuses(await send([edit(talkId, b, 1, "x"), edit(talkId, a, 6, "x")]))).toEqual([
      ...["forbidden", "forbidden"],
    ]);
    const { data: _, ...none } = edit(talkId, a, 1, "x");
    expect(statuses(await send([none, { ...none, clientId: "{2}", data: "of" }]))).toEqual([
      "not_found",
      "not_found",
    ]);
    const append = (entry: AppendEntry, time: number) =>
      store().messages.append([entry], time, { editWindowMs: HOUR_MS });
    expect(statuses(await append(edit(talkId, a, 1, "in time"), HOUR_MS + 1))).toEqual(["stored"]);
    expect(statuses(await append(edit(talkId, a, 1, "late"), HOUR_MS + 2))).toEqual(["expired"]);
    expect((await at(talkId, a, 1)).body).toBe("in time");
    expect((await seen(store(), talkId, a)).length).toBe(7);
  });

  test("a recall takes the text and its edits away for good, and keeps the rows", async () => {
    const [talkId, a, b] = await talk(1);
    const media = { ...post(talkId, a, "caption"), kind: "media", data: { items: [{ id: "1" }] } };
    await send([
      media,
      edit(talkId, a, 2, "secret"),
      edit(talkId, a, 2, "secret 2"),
      react(talkId, b, 2, "👍"),
    ]);
    expect(statuses(await send([recall(talkId, b, 2)]))).toEqual(["forbidden"]);
    const gone = recall(talkId, a, 2);
    expect(statuses(await send([gone]))).toEqual(["stored"]);
    const log = await seen(store(), talkId, b);
    expect(log[1]).toEqual({
      ...{
        conversation: talkId,
        seq: 2,
        sender: a,
        clientId: media.clientId,
        kind: "media",
        body: "",
        at: 1,
      },
      recalled: true,
    });
    expect(log.slice(2, 4)).toMatchObject([
      { kind: "edit", body: "", data: { of: 2 }, recalled: true },
      { kind: "edit", body: "", data: { of: 2 }, recalled: true },
    ]);
    expect(JSON.stringify(log)).not.toContain("secret");
    expect((await store().messages.trace(media.clientId))[0]?.message).toMatchObject({
      body: "",
      recalled: true,
    });
    // Repeats of what is gone are repeats; changes of it come too late.
    expect(statuses(await send([media, gone, recall(talkId, a, 2)]))).toEqual([
      "duplicate",
      "duplicate",
      "not_found",
    ]);
    expect(statuses(await send([edit(talkId, a, 2, "x"), react(talkId, b, 2, "👍")]))).toEqual([
      ...["not_found", "not_found"],
    ]);
  });

  test("a batch's changes see each other, in its order", async () => {
    const [talkId, a, b] = await talk(0);
    expect(
      statuses(
        await send([
          ...[edit(talkId, a, 1, "before it is there"), post(talkId, a, "one"), edit(talkId, a, 1, "edited")],
          ...[react(talkId, b, 1, "👍"), recall(talkId, a, 1), edit(talkId, a, 1, "after")],
          ...[recall(talkId, a, 1), react(talkId, b, 1, "👎"), { ...post(talkId, b), replyTo: 1 }],
        ]),
      ),
    ).toEqual([
      ...[
        "not_found",
        "stored",
        "stored",
        "stored",
        "stored",
        "not_found",
        "not_found",
        "not_found",
        "stored",
      ],
    ]);
    const log = await seen(store(), talkId, b);
    expect(log.map(({ body, recalled }) => [body, recalled])).toEqual([
      ...([
        ["", true],
        ["", true],
        ["", undefined],
        ["", undefined],
        ["hello", undefined],
      ] as never[]),
    ]);
    expect(log[0]).not.toHaveProperty("reactions");
  });

  test("a reaction is one of each emoji for each user, on or off, however often it is sent", async () => {
    const { group, owner, members } = await crew(store(), 2);
    const [a, b] = members as [UserId, UserId];
    await send([post(group, owner)]);
    const thumb = react(group, a, 2, "👍");
    const given = await send([
      ...[thumb, react(group, b, 2, "👍"), react(group, a, 2, FAMILY), react(group, a, 2, "👍")],
    ]);
    expect(given.slice(0, 3).map(({ status }) => status)).toEqual(["stored", "stored", "stored"]);
    const again = { ...given[0], status: "duplicate" };
    expect(given[3]).toEqual(again as never);
    expect(await send([thumb, react(group, a, 2, "👍")])).toEqual([again, again] as never);
    expect((await at(group, a, 2)).reactions).toEqual([
      { emoji: "👍", count: 2, mine: true },
      { emoji: FAMILY, count: 1, mine: true },
    ]);
    expect((await at(group, owner, 2)).reactions?.map(({ mine }) => mine)).toEqual([false, false]);
    const taken = [react(group, a, 2, "👍", false), react(group, a, 2, "👍", false)];
    expect(statuses(await send([...taken, react(group, b, 2, FAMILY, false)]))).toEqual([
      ...["stored", "not_found", "not_found"],
    ]);
    expect(statuses(await send(taken))).toEqual(["duplicate", "not_found"]);
    expect((await at(group, a, 2)).reactions).toEqual([
      { emoji: "👍", count: 1, mine: false },
      { emoji: FAMILY, count: 1, mine: true },
    ]);
    await send([
      react(group, b, 2, "👍", false),
      react(group, a, 2, FAMILY),
      react(group, a, 2, FAMILY, false),
    ]);
    expect(await at(group, a, 2)).not.toHaveProperty("reactions");
    const wrong = ["", " ", "two words", "x".repeat(33), "👍 ", "\ud83d", 7, null, undefined, ["👍"]];
    expect(new Set(statuses(await send(wrong.map((emoji) => react(group, a, 2, emoji)))))).toEqual(
      new Set(["forbidden"]),
    );
    expect(statuses(await send([react(group, a, 2, "👍", "yes"), react(group, a, 1, "👍")]))).toEqual([
      ...["forbidden", "not_found"],
    ]);
    await send(["é", "e", "É", "x".repeat(32)].map((emoji) => react(group, a, 2, emoji)));
    expect((await at(group, a, 2)).reactions?.length).toBe(4);
  });

  test("no more emoji are told than a page can bear: those that most gave", async () => {
    const [talkId, a, b] = await talk(1);
    const emoji = Array.from({ length: 70 }, (_, index) => String.fromCodePoint(0x1f600 + index));
    await send([...emoji.map((one) => react(talkId, a, 1, one)), react(talkId, b, 1, emoji[69])]);
    const { reactions } = await at(talkId, a, 1);
    expect([reactions?.length, reactions?.[0]]).toEqual([
      50,
      { emoji: emoji[69] as string, count: 2, mine: true },
    ]);
  });

  test("an owner or admin recalls anybody's message in a group, a member only their own", async () => {
    const { group, owner, members } = await crew(store(), 3);
    const [admin, a, b] = members as [UserId, UserId, UserId];
    await change(store(), { conversation: group, actor: owner, roles: [{ user: admin, role: "admin" }] });
    await send([post(group, owner), post(group, a), post(group, a)]);
    expect(
      statuses(
        await send([
          ...[recall(group, b, 4), recall(group, a, 3), edit(group, admin, 4, "x"), recall(group, admin, 1)],
          ...[recall(group, admin, 4), recall(group, a, 5), recall(group, admin, 3)],
        ]),
      ),
    ).toEqual(["forbidden", "forbidden", "forbidden", "not_found", "stored", "stored", "stored"]);
    await leave(store(), group, admin);
    expect(statuses(await send([recall(group, admin, 4)]))).toEqual(["not_a_member"]);
  });

  test("an answer names what is there and visible", async () => {
    const { group, owner } = await crew(store(), 0);
    await send([post(group, owner, "before")]);
    const [late] = (await friendsOf(store(), owner, 1)) as [UserId];
    await change(store(), { conversation: group, actor: owner, add: [late] });
    const answer = (by: UserId, replyTo: number) => ({ ...post(group, by), replyTo });
    expect(
      statuses(
        await send([answer(owner, 2), answer(late, 2), answer(late, 3), answer(owner, 99), answer(late, 4)]),
      ),
    ).toEqual(["stored", "not_found", "stored", "not_found", "stored"]);
    expect(
      statuses(
        await send([react(group, late, 2, "👍"), edit(group, late, 2, "x"), react(group, late, 4, "👍")]),
      ),
    ).toEqual(["not_found", "not_found", "stored"]);
    expect((await seen(store(), group, late)).map(({ replyTo }) => replyTo)).toEqual([
      ...([undefined, 2, 3, 4, undefined] as never[]),
    ]);
  });

  test("who left sees what was edited and given before, and no later word", async () => {
    const { group, owner, members } = await crew(store(), 1);
    const [a] = members as [UserId];
    await send([post(group, owner, "first"), post(group, owner, "gone"), edit(group, owner, 2, "second")]);
    await send([react(group, a, 2, "👍"), post(group, owner, "untouched")]);
    await leave(store(), group, a);
    await send([
      edit(group, owner, 2, "third"),
      edit(group, owner, 6, "later"),
      react(group, owner, 2, "🎉"),
    ]);
    await send([recall(group, owner, 3)]);
    const log = await seen(store(), group, a);
    expect(log[1]).toMatchObject({
      body: "second",
      editedSeq: 4,
      reactions: [{ emoji: "👍", count: 1, mine: true }],
    });
    expect(log[2]).toMatchObject({ body: "", recalled: true });
    expect(log[5]).toMatchObject({ body: "untouched" });
    expect(log[5]).not.toHaveProperty("editedSeq");
    expect(await at(group, owner, 2)).toMatchObject({ body: "third", editedSeq: 8 });
  });

  test("pages read as they are now are what a device has that saw every entry", async () => {
    const { group, owner, members } = await crew(store(), 2);
    const people = [owner, ...members];
    const emoji = ["👍", "🎉", FAMILY];
    let state = 7;
    /** mulberry32: the same course every time. */
    const random = (below: number) => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
    };
    for (let round = 0; round < 40; round += 1)
      await send(
        Array.from({ length: 5 }, () => {
          const by = people[random(3)] as UserId;
          const of = 1 + random(60);
          return [
            () => post(group, by, `text ${random(1_000)}`),
            () => edit(group, by, of, `edit ${random(1_000)}`),
            () => react(group, by, of, emoji[random(3)], random(3) > 0),
            () => (random(4) === 0 ? recall(group, by, of) : post(group, by)),
          ][random(4)]?.() as AppendEntry;
        }),
      );
    const log = await seen(store(), group, owner);
    const shown = replay(log);
    for (let from = 0; from < log.length; from += 20) {
      const page = await store().messages.history(group, owner, { after: from, limit: 20 });
      for (const { seq, kind, body, recalled, reactions } of page?.messages ?? []) {
        if (kind !== "text") continue;
        expect({ seq, body, recalled, reactions: asMap(reactions) }).toEqual({
          seq,
          ...(shown.get(seq) as Shown),
        });
      }
    }
    expect([...shown.values()].some(({ recalled }) => recalled)).toBe(true);
  });
}

interface Shown {
  body: string;
  recalled: true | undefined;
  reactions: Map<string, number>;
}

const asMap = (reactions: Message["reactions"]) =>
  new Map(reactions?.map(({ emoji, count }) => [emoji, count]));

/** What a device shows that applied the entries one by one; it counts, since it cannot know who gave what before. */
function replay(log: readonly Message[]): Map<number, Shown> {
  const texts = new Map<number, Shown>();
  for (const { seq, kind, body, data } of log) {
    if (kind === "text") texts.set(seq, { body, recalled: undefined, reactions: new Map() });
    const { of = 0, emoji = "", on = false } = (data ?? {}) as { of?: number; emoji?: string; on?: boolean };
    const text = texts.get(of);
    if (text === undefined) continue;
    if (kind === "edit") text.body = body;
    if (kind === "recall") Object.assign(text, { body: "", recalled: true, reactions: new Map() });
    if (kind !== "reaction") continue;
    const count = (text.reactions.get(emoji) ?? 0) + (on ? 1 : -1);
    if (count === 0) text.reactions.delete(emoji);
    else text.reactions.set(emoji, count);
  }
  return texts;
}
