/**
 * @module unit/client-outbox
 * Texts stay until they are committed or refused for good, and keep their order whatever fails in between.
 */
import { describe, expect, test } from "bun:test";
import { type ChatError, connectionLost } from "../../src/client/errors.ts";
import { Outbox } from "../../src/client/outbox.ts";
import type { SendReceipt } from "../../src/client/outgoing.ts";
import { Code } from "../../src/wire/codes.ts";
import { until } from "../support/until.ts";

interface Sent {
  readonly peer: string;
  readonly ids: string[];
}

function outbox(
  onSend: (sent: Sent, answer: (body: Record<string, unknown>) => void) => void = () => {},
  answerTimeoutMs = 1_000,
) {
  const sent: Sent[] = [];
  const committed: string[] = [];
  const subject: Outbox = new Outbox(
    {
      targetOf: (to) => ({ peer: typeof to === "string" ? to : "" }),
      transmit: ({ peer = "" }, texts) => {
        const frame = { peer, ids: texts.map(({ id }) => id) };
        sent.push(frame);
        const answer = (body: Record<string, unknown>) =>
          subject.answer({ error: 0, text_receiver: peer, ...body });
        queueMicrotask(() => onSend(frame, answer));
      },
      committed: ({ id }) => committed.push(id),
    },
    { backoff: { minMs: 1, maxMs: 4 }, answerTimeoutMs },
  );
  const add = (id: string, peer = "2", content = id): Promise<SendReceipt | ChatError> =>
    subject.add({ to: peer, id, content }).catch((error: ChatError) => error);
  return { subject, sent, committed, add };
}

const acks = (ids: readonly string[], from = 1) => ids.map((msg_id, i) => ({ msg_id, seq: from + i, at: 9 }));

describe("Outbox", () => {
  test("texts of one turn share a frame, the next frame waits for the answer", async () => {
    const { subject, sent, add } = outbox();
    subject.start();
    const results = [add("a"), add("b")];
    await until(() => sent.length === 1);
    results.push(add("c"));
    await Promise.resolve();
    expect(sent).toEqual([{ peer: "2", ids: ["a", "b"] }]);
    subject.answer({ error: 0, text_receiver: "2", acks: acks(["a", "b"]) });
    expect(sent[1]?.ids).toEqual(["c"]);
    subject.answer({ error: 0, text_receiver: "2", acks: acks(["c"], 3) });
    expect(await Promise.all(results)).toMatchObject([{ seq: 1 }, { seq: 2 }, { id: "c", seq: 3, at: 9 }]);
    expect(subject.pending()).toEqual([]);
  });

  test("what fails for the moment is sent again in front of what came later", async () => {
    let failures = 2;
    const { subject, sent, committed, add } = outbox(({ ids }, answer) => {
      if (failures-- > 0) {
        void add(`later${failures}`);
        answer({ error: Code.UNAVAILABLE });
      } else answer({ acks: acks(ids) });
    });
    subject.start();
    await add("a");
    expect(committed[0]).toBe("a");
    expect(sent.every(({ ids }) => ids[0] === "a")).toBe(true);
    await until(() => committed.length === 3);
    expect(committed).toEqual(["a", "later1", "later0"]);
  });

  test("a lost connection: the same ids again, first, after the next login", async () => {
    const { subject, sent, committed, add } = outbox();
    subject.start();
    void add("a");
    await until(() => sent.length === 1);
    subject.stop();
    void add("b");
    await Promise.resolve();
    expect(sent.length).toBe(1);
    subject.start();
    expect(sent[1]?.ids).toEqual(["a", "b"]);
    subject.answer({
      error: 0,
      text_receiver: "2",
      acks: acks(["a", "b"]).map((ack) => ({ ...ack, duplicate: ack.msg_id === "a" })),
    });
    expect(committed).toEqual(["a", "b"]);
  });

  test("of a refused frame only the text that is at fault is rejected", async () => {
    const { subject, committed, add } = outbox(({ ids }, answer) => {
      if (ids.includes("bad")) answer({ error: Code.MESSAGE_ID_CONFLICT });
      else answer({ acks: acks(ids) });
    });
    subject.start();
    const [, bad] = await Promise.all([add("a"), add("bad"), add("c"), add("d")]);
    expect(bad).toMatchObject({ code: Code.MESSAGE_ID_CONFLICT });
    expect(committed).toEqual(["a", "c", "d"]);
  });

  test("not friends: the whole frame at once", async () => {
    const { subject, sent, add } = outbox((_, answer) => answer({ error: Code.NOT_FRIENDS }));
    subject.start();
    expect(await Promise.all([add("a"), add("b")])).toMatchObject([{ code: 65 }, { code: 65 }]);
    expect(sent.length).toBe(1);
  });

  test("answers of several conversations come in any order; one that names none repeats them all", async () => {
    const { subject, sent, committed, add } = outbox();
    subject.start();
    void add("a", "2");
    void add("b", "3");
    await until(() => sent.length === 2);
    subject.answer({ error: 0, text_receiver: "3", acks: acks(["b"]) });
    expect(committed).toEqual(["b"]);
    void add("c", "3");
    await until(() => sent.length === 3);
    subject.answer({ error: Code.RATE_LIMITED, retry_after_ms: 1 });
    await until(() => sent.length === 5);
    expect(sent.slice(3).map(({ ids }) => ids[0])).toEqual(expect.arrayContaining(["a", "c"]));
  });

  test("a late answer to a frame that was sent twice is not taken for the next one's", async () => {
    const { subject, sent, add } = outbox(() => {}, 5);
    subject.start();
    const first = add("a");
    await until(() => sent.length === 2);
    subject.answer({ error: Code.BLOCKED, text_receiver: "2" });
    expect(await first).toMatchObject({ code: Code.BLOCKED });
    const second = add("b");
    await until(() => sent.at(-1)?.ids[0] === "b");
    const copies = sent.filter(({ ids }) => ids[0] === "a").length;
    for (let late = 1; late < copies; late++) subject.answer({ error: Code.BLOCKED, text_receiver: "2" });
    subject.answer({ error: 0, text_receiver: "2", acks: acks(["b"]) });
    expect(await second).toMatchObject({ id: "b", seq: 1 });
  });

  test("what cannot be a text is refused before it is sent", async () => {
    const { subject, sent, add } = outbox();
    subject.start();
    expect(await add("a", "2", "x".repeat(16_385))).toMatchObject({ code: Code.TOO_LARGE });
    expect(await add("a", "2", "\u0000".repeat(16_000))).toMatchObject({ code: Code.TOO_LARGE });
    expect(await add("a", "nobody")).toMatchObject({ code: Code.INVALID_FIELD });
    expect(sent).toEqual([]);
  });

  test("large texts are spread over frames that fit", async () => {
    const { subject, sent, add } = outbox(({ ids }, answer) => answer({ acks: acks(ids) }));
    subject.start();
    const ids = Array.from({ length: 230 }, (_, i) => `${i}`);
    await Promise.all([
      ...ids.slice(0, 10).map((id) => add(id, "2", "€".repeat(5_000))),
      ...ids.slice(10).map((id) => add(id)),
    ]);
    expect(sent.map((frame) => frame.ids.length)).toEqual([4, 4, 100, 100, 22]);
    expect(sent.flatMap((frame) => frame.ids)).toEqual(ids);
  });

  test("the end rejects what waits and what comes after", async () => {
    const { subject, add } = outbox();
    const waiting = add("a");
    subject.end(connectionLost("closed"));
    expect(await waiting).toMatchObject({ code: 2 });
    expect(await add("b")).toMatchObject({ code: 2 });
  });

  test("whatever fails on the way, every text is committed once and in order", async () => {
    const log: string[] = [];
    const { subject, committed, add } = outbox(({ ids }, answer) => {
      const dice = Math.random();
      if (dice < 0.2) answer({ error: Code.UNAVAILABLE });
      else if (dice < 0.3) answer({ error: Code.RATE_LIMITED, text_receiver: undefined, retry_after_ms: 1 });
      else {
        for (const id of ids) if (!log.includes(id)) log.push(id);
        if (dice < 0.5) {
          subject.stop();
          subject.start();
        } else answer({ acks: ids.map((id) => ({ msg_id: id, seq: log.indexOf(id) + 1, at: 1 })) });
      }
    });
    subject.start();
    const ids = Array.from({ length: 300 }, (_, i) => `t${i}`);
    const results = ids.map(async (id, i) => {
      await Bun.sleep(i % 40);
      return id;
    });
    const order: string[] = [];
    await Promise.all(
      results.map(async (ready) => {
        const id = await ready;
        order.push(id);
        await add(id);
      }),
    );
    expect(log).toEqual(order);
    expect(committed).toEqual(order);
  });
});
