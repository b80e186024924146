/**
 * @module contract/store.messages.cases
 * Appending, history and trace, on any store.
 */
import { expect, test } from "bun:test";
import type { AppendOutcome, Store } from "../../src/store/store.ts";
import {
  advance,
  append,
  befriend,
  everything,
  friends,
  HOSTILE,
  history,
  nobody,
  nowhere,
  register,
  seqs,
  statuses,
  type Text,
  talkOf,
  text,
} from "./store.harness.ts";

export function messageCases(store: () => Store): void {
  const send = (entries: readonly Text[], at = 1_700_000_000_000) => append(store(), entries, at);

  test("a batch gets gap-free seqs in its order, both directions in one count", async () => {
    const [a, b] = await friends(store());
    const entries = [text(a, b, "1"), text(b, a, "2"), text(a, b, "3")];
    const outcomes = await send(entries, 1_700_000_000_123);
    expect(statuses(outcomes)).toEqual(["stored", "stored", "stored"]);
    expect(seqs(outcomes)).toEqual([1, 2, 3]);
    expect(seqs(await send([text(b, a, "4")]))).toEqual([4]);
    const stored = await everything(store(), a, b);
    expect(stored.map(({ body }) => body)).toEqual(["1", "2", "3", "4"]);
    expect(stored[1]).toEqual({
      conversation: stored[0]?.conversation as never,
      seq: 2,
      sender: b,
      clientId: entries[1]?.clientId as string,
      kind: "text",
      body: "2",
      at: 1_700_000_000_123,
    });
    expect(await history(store(), b, a, { limit: 9 })).toMatchObject({
      messages: stored,
      lastSeq: 4,
    });
  });

  test("what was refused stays so for a while, whatever changed; another text is another one", async () => {
    const [a, b] = await friends(store());
    const [first, second, third] = [text(a, b, "1"), text(a, b, "2"), text(a, b, "3")];
    await store().friends.setBlocked(b, a, true);
    expect(statuses(await send([first, second]))).toEqual(["blocked", "blocked"]);
    await store().friends.setBlocked(b, a, false);
    // The copy of a text that was refused, from a connection that stood still.
    expect(statuses(await send([first]))).toEqual(["blocked"]);
    expect(statuses(await send([third, second, text(b, a, "4")]))).toEqual(["stored", "blocked", "stored"]);
    await store().friends.remove(a, b);
    const late = text(a, b, "5");
    // What is stored is answered as such for ever.
    expect(statuses(await send([late, third]))).toEqual(["not_friends", "duplicate"]);
    await befriend(store(), a, b);
    expect(statuses(await send([late]))).toEqual(["not_friends"]);
    expect((await everything(store(), a, b)).map(({ body }) => body)).toEqual(["3", "4"]);
  });

  test("an empty batch is nothing", async () => {
    expect(await send([])).toEqual([]);
  });

  test("conversations of one batch count on their own, a refused entry uses no seq", async () => {
    const [a, b] = await friends(store());
    const [c, d] = await friends(store());
    await befriend(store(), a, c);
    await store().friends.setBlocked(d, c, true);
    const stranger = await register(store());
    const outcomes = await send([
      ...[text(a, b), text(c, d), text(a, stranger), text(c, a), text(b, a)],
      ...[text(a, nobody), text(a, a), text(d, c), text(a, c), text(a, b)],
    ]);
    expect(statuses(outcomes)).toEqual([
      ...["stored", "blocked", "not_friends", "stored", "stored"],
      ...["not_friends", "not_friends", "blocked", "stored", "stored"],
    ]);
    expect(seqs(outcomes).filter((seq) => seq !== undefined)).toEqual([1, 1, 2, 2, 3]);
    expect((await everything(store(), c, d)).length).toBe(0);
  });

  test("a repeat answers with the first seq and time and is not stored", async () => {
    const [a, b] = await friends(store());
    const entry = text(a, b);
    const [first] = await send([entry], 1000);
    await send([text(b, a)], 1500);
    const [again, fresh] = await send([entry, text(a, b)], 2000);
    expect(again).toEqual({ ...first, status: "duplicate" } as never);
    expect(again).toMatchObject({ seq: 1, at: 1000 });
    expect(fresh).toMatchObject({ status: "stored", seq: 3 });
    expect((await everything(store(), a, b)).length).toBe(3);
  });

  test("times never fall along the seqs of a conversation, whatever time the batch is given", async () => {
    const [a, b] = await friends(store());
    const c = await register(store());
    await befriend(store(), a, c);
    const times = (outcomes: AppendOutcome[]) => outcomes.map((outcome) => "at" in outcome && outcome.at);
    const early = text(a, b);
    expect(times(await send([early], 5_000))).toEqual([5_000]);
    expect(times(await send([text(b, a), text(a, c), text(a, b)], 1_400))).toEqual([5_000, 1_400, 5_000]);
    expect(times(await send([text(a, b), early, text(a, c)], 1_300))).toEqual([5_000, 5_000, 1_400]);
    expect(times(await send([text(a, b)], 6_000))).toEqual([6_000]);
    expect((await everything(store(), a, b)).map(({ at }) => at)).toEqual([
      5_000, 5_000, 5_000, 5_000, 6_000,
    ]);
    expect((await everything(store(), a, c)).map(({ at }) => at)).toEqual([1_400, 1_400]);
  });

  test("the same client id with other content is a conflict; another sender's or conversation's is not", async () => {
    const [a, b] = await friends(store());
    const c = await register(store());
    await befriend(store(), a, c);
    const outcomes = await send([text(a, b, "x", "id"), text(b, a, "y", "id"), text(a, c, "z", "id")]);
    expect(statuses(outcomes)).toEqual(["stored", "stored", "stored"]);
    const again = await send([text(a, b, "other", "id"), text(a, b, "x", "id"), text(a, b, "X", "id")]);
    expect(statuses(again)).toEqual(["conflict", "duplicate", "conflict"]);
    expect(statuses(await send([text(a, b, "x", "ID")]))).toEqual(["stored"]);
  });

  test("repeats within one batch count once", async () => {
    const [a, b] = await friends(store());
    const entry = text(a, b, "once");
    const outcomes = await send([entry, text(b, a), entry, { ...entry, body: "twice" }, text(a, b)]);
    expect(statuses(outcomes)).toEqual(["stored", "stored", "duplicate", "conflict", "stored"]);
    expect(seqs(outcomes)).toEqual([1, 2, 1, undefined, 3]);
    expect((await everything(store(), a, b)).map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  test("what was stored is answered as a repeat also when the two are friends no more", async () => {
    const [a, b] = await friends(store());
    const entry = text(a, b);
    await send([entry]);
    await store().friends.setBlocked(b, a, true);
    expect(statuses(await send([entry, text(a, b)]))).toEqual(["duplicate", "blocked"]);
    await store().friends.remove(a, b);
    expect(statuses(await send([entry, text(a, b)]))).toEqual(["duplicate", "not_friends"]);
  });

  test("a block holds in either direction, for the next append on, until it is lifted", async () => {
    const [a, b] = await friends(store());
    await send([text(a, b)]);
    await store().friends.setBlocked(a, b, true);
    expect(statuses(await send([text(a, b), text(b, a)]))).toEqual(["blocked", "blocked"]);
    await store().friends.setBlocked(a, b, false);
    await store().friends.setBlocked(b, a, true);
    expect(statuses(await send([text(a, b), text(b, a)]))).toEqual(["blocked", "blocked"]);
    await store().friends.setBlocked(b, a, false);
    expect(seqs(await send([text(a, b), text(b, a)]))).toEqual([2, 3]);
  });

  test("hostile text is stored and compared byte by byte", async () => {
    const [a, b] = await friends(store());
    const entries = HOSTILE.map((evil) => text(a, b, evil, evil.slice(0, 60)));
    expect(new Set(statuses(await send(entries)))).toEqual(new Set(["stored"]));
    expect((await everything(store(), a, b)).map(({ body }) => body)).toEqual([...HOSTILE]);
    expect(new Set(statuses(await send(entries)))).toEqual(new Set(["duplicate"]));
    for (const evil of HOSTILE) {
      const found = await store().messages.trace(evil.slice(0, 60));
      expect(found.map(({ message }) => message.body)).toContain(evil);
    }
  });

  test("a lone surrogate becomes U+FFFD, once and for its repeats", async () => {
    const [a, b] = await friends(store());
    const entry = text(a, b, "half \ud83c of a pair");
    expect(statuses(await send([entry]))).toEqual(["stored"]);
    expect(statuses(await send([entry]))).toEqual(["duplicate"]);
    expect((await everything(store(), a, b))[0]?.body).toBe("half \ufffd of a pair");
  });

  test("client ids differ by case and accent, not by spaces at their end", async () => {
    const [a, b] = await friends(store());
    const ids = ["id", "ID", "íd", "id\0", " id"];
    expect(new Set(statuses(await send(ids.map((id) => text(a, b, "x", id)))))).toEqual(new Set(["stored"]));
    expect(statuses(await send([text(a, b, "x", "id  ")]))).toEqual(["duplicate"]);
    expect(statuses(await send([text(a, b, "y", "new"), text(a, b, "y", "new ")]))).toEqual([
      "stored",
      "duplicate",
    ]);
  });

  test("texts that escaping makes longer than a server's packet are one batch like any other", async () => {
    const [a, b] = await friends(store());
    // 170 frames of four; each character takes two bytes in a statement: 21 MB, a stock server takes 16.
    const batch = Array.from({ length: 680 }, (_, index) =>
      text(index % 2 ? a : b, index % 2 ? b : a, "'".repeat(15_800)),
    );
    const stored = await send(batch);
    expect(new Set(statuses(stored))).toEqual(new Set(["stored"]));
    expect(seqs(stored)).toEqual(batch.map((_, index) => index + 1));
    const again = await send([...batch, text(a, b)]);
    expect(new Set(statuses(again.slice(0, -1)))).toEqual(new Set(["duplicate"]));
    expect(seqs(again)).toEqual([...seqs(stored), 681]);
  });

  test("a large batch of large texts is one transaction like any other", async () => {
    const [a, b] = await friends(store());
    const body = "🎉".repeat(4096);
    const entries = Array.from({ length: 300 }, (_, index) =>
      text(index % 2 ? a : b, index % 2 ? b : a, body),
    );
    expect(seqs(await send(entries))).toEqual(entries.map((_, index) => index + 1));
    expect((await history(store(), a, b, { before: 2, limit: 5 }))?.messages[0]?.body).toBe(body);
  });

  test("history at every bound", async () => {
    const [a, b] = await friends(store());
    await send(Array.from({ length: 10 }, (_, index) => text(a, b, String(index + 1))));
    const page = async (range: Parameters<Store["messages"]["history"]>[2]) => {
      const found = await history(store(), a, b, range);
      expect(found?.lastSeq).toBe(10);
      return found?.messages.map(({ seq }) => seq);
    };
    expect(await page({ limit: 3 })).toEqual([8, 9, 10]);
    expect(await page({ limit: 100 })).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(await page({ after: 0, limit: 3 })).toEqual([1, 2, 3]);
    expect(await page({ after: 8, limit: 3 })).toEqual([9, 10]);
    expect(await page({ after: 10, limit: 3 })).toEqual([]);
    expect(await page({ after: 1_000_000_000, limit: 3 })).toEqual([]);
    expect(await page({ before: 4, limit: 2 })).toEqual([2, 3]);
    expect(await page({ before: 4, limit: 10 })).toEqual([1, 2, 3]);
    expect(await page({ before: 1, limit: 2 })).toEqual([]);
    expect(await page({ before: 0, limit: 2 })).toEqual([]);
    expect(await page({ before: 1_000_000_000, limit: 2 })).toEqual([9, 10]);
    expect(await page({ after: 2, before: 5, limit: 9 })).toEqual([3, 4]);
    expect(await page({ limit: 0 })).toEqual([]);
  });

  test("who is no member reads nothing of a conversation, and stores nothing in it", async () => {
    const [a, b] = await friends(store());
    const [c] = await friends(store());
    await send([text(a, b)]);
    const conversation = await talkOf(store(), a, b);
    expect(await store().messages.history(conversation, c, { limit: 5 })).toBeUndefined();
    const entry = { conversation, sender: c, clientId: "{c}", kind: "text" as const, body: "let me in" };
    expect(statuses(await store().messages.append([entry], 1))).toEqual(["not_friends"]);
    const elsewhere = { ...entry, conversation: nowhere, sender: a };
    expect(statuses(await store().messages.append([elsewhere], 1))).toEqual(["not_friends"]);
    expect((await everything(store(), a, b)).length).toBe(1);
    expect(
      await store().conversations.direct([
        [b, a],
        [a, c],
        [a, b],
        [a, a],
        [a, nobody],
      ]),
    ).toEqual([conversation, undefined, conversation, undefined, undefined]);
  });

  test("no conversation is undefined, an empty one is empty", async () => {
    const [a, b] = await friends(store());
    expect(await history(store(), a, b, { limit: 5 })).toEqual({ messages: [], lastSeq: 0 });
    expect(await history(store(), a, nobody, { limit: 5 })).toBeUndefined();
    expect(await history(store(), a, a, { limit: 5 })).toBeUndefined();
  });

  test("a trace tells who, where and how far it got", async () => {
    const [a, b] = await friends(store());
    const entry = text(a, b, "traced");
    await send([text(a, b), entry], 5000);
    const [account, other] = [await store().accounts.find(a), await store().accounts.find(b)];
    const expected = {
      message: { seq: 2, sender: a, clientId: entry.clientId, kind: "text", body: "traced", at: 5000 },
      kind: "direct",
      senderName: account?.username,
    };
    const receiver = { user: b, name: other?.username };
    const nowhereYet = { deliveredSeq: 0, deliveredAt: undefined, readSeq: 0, readAt: undefined };
    expect(await store().messages.trace(entry.clientId)).toMatchObject([
      { ...expected, receiver: { ...receiver, ...nowhereYet } },
    ]);
    await advance(store(), [{ user: b, peer: a, delivered: 2, read: 1 }], 6000);
    await advance(store(), [{ user: a, peer: b, delivered: 1 }], 7000);
    expect(await store().messages.trace(entry.clientId)).toMatchObject([
      {
        ...expected,
        receiver: { ...receiver, deliveredSeq: 2, deliveredAt: 6000, readSeq: 1, readAt: 6000 },
      },
    ]);
    await send([text(b, a, "theirs", entry.clientId)], 8000);
    const both = await store().messages.trace(entry.clientId);
    expect(both.map((one) => [one.message.sender, one.receiver?.user])).toEqual([
      [a, b],
      [b, a],
    ]);
    expect(await store().messages.trace("no such id")).toEqual([]);
  });
}
