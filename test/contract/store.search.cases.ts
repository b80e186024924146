/**
 * @module contract/store.search.cases
 * Finding messages by what they say, on any store.
 */
import { expect, test } from "bun:test";
import type { ConversationId, UserId } from "../../src/domain/ids.ts";
import type { SearchRequest, Store } from "../../src/store/store.ts";
import { change, crew, friendsOf, leave, post } from "./store.groups.harness.ts";
import { befriend, friends, HOSTILE, nobody, nowhere, register, talkOf } from "./store.harness.ts";

export function searchCases(store: () => Store): void {
  /** Brings the index up to the end of the log. */
  async function index(entries = 10_000): Promise<void> {
    while ((await store().search.indexSome(entries)).more);
  }
  const find = async (reader: UserId, text: string, more: Partial<SearchRequest> = {}) =>
    (await store().search.search(reader, { text, limit: 100, ...more })).items.map(({ body }) => body);
  async function talk(...texts: string[]): Promise<[ConversationId, UserId, UserId]> {
    const [a, b] = await friends(store());
    const conversation = await talkOf(store(), a, b);
    const entries = texts.map((text) => post(conversation, a, text));
    for (const [at, entry] of entries.entries()) await store().messages.append([entry], 1_000 + at);
    await index();
    return [conversation, a, b];
  }

  test("words in any order, phrases, beginnings; the newest first", async () => {
    const [, a, b] = await talk("the quick brown fox", "brown and quick", "quickly browned", "nothing of it");
    for (const reader of [a, b]) {
      expect(await find(reader, "quick brown ")).toEqual(["brown and quick", "the quick brown fox"]);
      expect(await find(reader, '"quick brown" ')).toEqual(["the quick brown fox"]);
      expect(await find(reader, '"brown quick" ')).toEqual([]);
      expect(await find(reader, "quick* brown*")).toEqual([
        ...["quickly browned", "brown and quick", "the quick brown fox"],
      ]);
      expect(await find(reader, "bro")).toEqual([
        "quickly browned",
        "brown and quick",
        "the quick brown fox",
      ]);
      expect(await find(reader, "bro ")).toEqual([]);
      expect(await find(reader, "quick missing ")).toEqual([]);
    }
    // Stop words and words of one letter are words.
    expect(await find(a, "the ")).toEqual(["the quick brown fox"]);
    expect(await find(a, "of it ")).toEqual(["nothing of it"]);
  });

  test("case, accents and width do not count; scripts without spaces are found by two characters", async () => {
    const texts = [
      "Ärgerlich",
      "ＣＡＦÉ",
      "東京都へ行く",
      "ラーメン",
      "สวัสดี",
      "Привет, ёж",
      "안녕하세요",
      "ok 👍🏽",
    ];
    const [, a] = await talk(...texts);
    for (const [text, found] of [
      ...[
        ["argerlich", 0],
        ["ÄRGER", 0],
        ["cafe ", 1],
        ["京都", 2],
        ["東京都", 2],
        ["都へ行", 2],
        ["行", 2],
      ],
      ...[
        ["く", 2],
        ["ーメ", 3],
        ["ัส", 4],
        ["привет ЕЖ", 5],
        ["하세", 6],
        ["👍", 7],
      ],
    ] as [string, number][])
      expect([text, await find(a, text)]).toEqual([text, [texts[found] as string]]);
    expect(await find(a, "京東")).toEqual([]);
    expect(await find(a, '"東京 行く"')).toEqual([]);
  });

  test("whatever is looked for harms nothing, and nothing is found by what is no word", async () => {
    const [, a] = await talk("plain text here");
    for (const text of [
      "",
      " ",
      '"',
      '""',
      "*",
      "%",
      "+-><()~",
      "'",
      "\\",
      "\0",
      "NEAR(",
      "words:",
      "^",
      "🏽",
    ])
      expect([text, await find(a, text)]).toEqual([text, []]);
    const long = "plain ".repeat(1_700);
    for (const text of [
      ...HOSTILE,
      long,
      '"'.repeat(9_999),
      "(".repeat(10_000),
      "plain OR here",
      "plain* AND",
    ])
      expect(Array.isArray(await find(a, text))).toBe(true);
    expect(await find(a, long)).toEqual(["plain text here"]);
    expect(await find(a, "plain' OR 1=1 --")).toEqual([]);
  });

  test("in one conversation or all of one's own, and in no other", async () => {
    const [one, a, b] = await talk("needle one");
    const c = await register(store());
    await befriend(store(), a, c);
    const two = await talkOf(store(), a, c);
    await store().messages.append([post(two, c, "needle two")], 2_000);
    const [elsewhere] = await talk("needle elsewhere");
    expect(await find(a, "needle ")).toEqual(["needle two", "needle one"]);
    expect(await find(b, "needle ")).toEqual(["needle one"]);
    expect(await find(a, "needle ", { conversation: one })).toEqual(["needle one"]);
    for (const conversation of [elsewhere, nowhere])
      expect(await find(a, "needle ", { conversation })).toEqual([]);
    expect(await find(nobody, "needle ")).toEqual([]);
  });

  test("pages go on where the one before ended, also within one millisecond", async () => {
    const [conversation, a] = await talk();
    const texts = Array.from({ length: 25 }, (_, at) => `page ${at}`);
    await store().messages.append(
      texts.map((text) => post(conversation, a, text)),
      5_000,
    );
    await index();
    const found: string[] = [];
    let before: string | undefined;
    do {
      const page = await store().search.search(a, { text: "page ", limit: 10, before });
      found.push(...page.items.map(({ body }) => body));
      before = page.next;
    } while (before !== undefined);
    expect(found).toEqual(texts.toReversed());
    expect(await find(a, "page ", { limit: 3, before: "no cursor" })).toEqual(texts.toReversed().slice(0, 3));
  });

  test("what thousands of messages have is found from the newest on, out of all conversations in one order", async () => {
    const owner = await register(store());
    const talks: ConversationId[] = [];
    for (const friend of await friendsOf(store(), owner, 3)) talks.push(await talkOf(store(), owner, friend));
    const texts: string[] = [];
    const now = Date.now();
    for (let at = 0; at < 2_700; at += 1) {
      const conversation = talks[at % 3] as ConversationId;
      const body = `common ${at % 5 === 0 ? "words follow" : "words"} ${at % 300 === 0 ? "words common" : ""} ${at}`;
      texts.push(body);
      if (at % 300 === 299) {
        const batch = texts
          .slice(-300)
          .map((text, index) => post(talks[index % 3] ?? conversation, owner, text));
        // Those of one batch are of one millisecond: the later batch is newer.
        await store().messages.append(batch, now + at);
      }
    }
    await index();
    const number = (body: string) => Number(body.split(" ").at(-1));
    const pages = async (text: string, limit: number) => {
      const found: string[] = [];
      let before: string | undefined;
      do {
        const page = await store().search.search(owner, { text, limit, before });
        found.push(...page.items.map(({ body }) => body));
        before = page.next;
      } while (before !== undefined);
      return found;
    };
    const all = await pages("common words ", 500);
    expect(new Set(all)).toEqual(new Set(texts));
    expect(all.length).toBe(texts.length);
    const batches = all.map((body) => Math.floor(number(body) / 300));
    expect(batches).toEqual(batches.toSorted((a, b) => b - a));
    expect((await pages('"words follow"', 100)).map(number).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 540 }, (_, index) => 5 * index),
    );
    expect((await pages('"words common"', 4)).length).toBe(9);
    expect((await pages("comm", 1_000)).length).toBe(2_700);
    expect(await pages("common missing ", 10)).toEqual([]);
    const [one] = talks;
    expect((await find(owner, "common ", { conversation: one, limit: 1_000 })).length).toBe(900);
  });

  test("members of a group find what they may see, and nothing else", async () => {
    const { group, owner, members } = await crew(store(), 1);
    const [a] = members as [UserId];
    const [late] = (await friendsOf(store(), owner, 1)) as [UserId];
    const say = (text: string) => store().messages.append([post(group, owner, text)], 1);
    await say("word 1");
    await change(store(), { conversation: group, actor: owner, add: [late] });
    await say("word 2");
    await leave(store(), group, a);
    await say("word 3");
    const edit = { ...post(group, owner, "word 2 changed"), kind: "edit", data: { of: 4 } };
    await store().messages.append([edit], 1);
    await index();
    expect(await find(late, "word ")).toEqual(["word 3", "word 2 changed"]);
    expect(await find(owner, "word ")).toEqual(["word 3", "word 2 changed", "word 1"]);
    expect(await find(a, "changed ")).toEqual([]);
    expect(await find(a, "word ")).toEqual(["word 1"]);
    // What the group is called is no message of anybody's.
    expect(await find(owner, "crew ")).toEqual([]);
  });

  test("what was edited is found by what it says now, what was recalled not at all, at once", async () => {
    const [conversation, a, b] = await talk("original text", "secret text");
    const send = (kind: string, of: number, body: string) =>
      store().messages.append([{ ...post(conversation, a, body), kind, data: { of } }], 1);
    await send("edit", 1, "changed text");
    await send("edit", 2, "secret plan");
    await index();
    expect(await find(b, "original ")).toEqual([]);
    expect(await find(b, "changed ")).toEqual(["changed text"]);
    expect(await find(b, "secret ")).toEqual(["secret plan"]);
    await send("recall", 2, "");
    expect(await find(b, "secret ")).toEqual([]);
    await index();
    expect(await find(b, "secret ")).toEqual([]);
    expect(await find(b, "text ")).toEqual(["changed text"]);
    // Only media and texts are found, not the entries that changed them.
    expect((await store().search.search(b, { text: "changed ", limit: 9 })).items).toMatchObject([
      { seq: 1, kind: "text", editedSeq: 3 },
    ]);
  });

  test("the index follows the log in steps, from where it was, whoever calls", async () => {
    const [conversation, a] = await talk();
    const texts = Array.from({ length: 30 }, (_, at) => `step ${at}`);
    await store().messages.append(
      texts.map((text) => post(conversation, a, text)),
      1,
    );
    expect(await store().search.indexSome(10)).toEqual({ entries: 10, more: true });
    expect((await find(a, "step ")).length).toBe(10);
    await Promise.all([index(7), index(5), index(3)]);
    await index();
    expect(await find(a, "step ")).toEqual(texts.toReversed());
    expect((await store().search.indexSome(10)).entries).toBe(0);
    await store().messages.append([post(conversation, a, "step on")], 1);
    expect(await store().search.indexSome(10)).toEqual({ entries: 1, more: false });
    expect(await find(a, "step on ")).toEqual(["step on"]);
  });
}
