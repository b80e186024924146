/**
 * @module unit/client-timeline
 * Whatever arrives in whatever order, each message of a conversation comes out once and in order.
 */
import { describe, expect, test } from "bun:test";
import { Conversations } from "../../src/client/conversations.ts";
import type { ChatMessage } from "../../src/client/events.ts";
import { Timeline } from "../../src/client/timeline.ts";
import type { HeadBody } from "../../src/wire/messages.ts";
import { until } from "../support/until.ts";

const message = (seq: number, conversation = "12", peer = "2"): ChatMessage => ({
  conversation,
  peer,
  seq,
  at: seq,
  id: `{${seq}}`,
  sender: peer,
  kind: "text",
  content: `${seq}`,
  asOf: seq,
  mine: false,
});
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const head = (conversation: string, last_seq: number, delivered_seq: number): HeadBody => ({
  conversation,
  peer: conversation.slice(1),
  kind: "direct",
  unread: 0,
  last_seq,
  delivered_seq,
  read_seq: 0,
  peer_delivered_seq: 0,
  peer_read_seq: 0,
});

describe("Timeline", () => {
  test("hands out in order, once, from beyond its cursor", () => {
    const timeline = new Timeline(2);
    const out = [5, 2, 3, 3, 1, 4, 7].flatMap((seq) => timeline.take(message(seq)));
    expect(out.map(({ seq }) => seq)).toEqual([3, 4, 5]);
    expect(timeline.behind).toBe(true);
    expect(timeline.take(message(6)).map(({ seq }) => seq)).toEqual([6, 7]);
    expect(timeline.behind).toBe(false);
  });

  test("any order of arrival gives the same", () => {
    for (let round = 0; round < 200; round++) {
      const timeline = new Timeline(0);
      const shuffled = [...range(1, 12), ...range(4, 9)].sort(() => Math.random() - 0.5);
      const out = shuffled.flatMap((seq) => timeline.take(message(seq)));
      expect(out.map(({ seq }) => seq)).toEqual(range(1, 12));
    }
  });
});

/** Conversations over a log that a test writes; `fetch` may be held back. */
function conversations(known?: ReadonlyMap<string, number>) {
  const log = new Map<string, number>();
  const out: string[] = [];
  const state = { caughtUp: 0, fetches: 0, hold: Promise.resolve() };
  const subject = new Conversations(
    {
      fetch: async (conversation, after) => {
        state.fetches += 1;
        await state.hold;
        const last = log.get(conversation) ?? 0;
        return range(after + 1, Math.min(last, after + 3)).map((seq) => message(seq, conversation));
      },
      out: (conversation, messages) => out.push(...messages.map(({ seq }) => `${conversation}:${seq}`)),
      caughtUp: () => void state.caughtUp++,
      failed: (conversation, error) => out.push(`${conversation}: ${String(error)}`),
    },
    { known, gapDelayMs: 5 },
  );
  return { subject, log, out, state };
}

describe("Conversations", () => {
  test("fetch what the heads tell, page by page, and merge what is pushed meanwhile", async () => {
    const { subject, log, out, state } = conversations();
    const held = Promise.withResolvers<void>();
    state.hold = held.promise;
    log.set("12", 10);
    subject.begin();
    subject.heads([head("12", 8, 0)]);
    subject.take(message(10));
    subject.take(message(9));
    subject.headsComplete();
    expect(state.caughtUp).toBe(0);
    held.resolve();
    await until(() => state.caughtUp === 1);
    expect(out).toEqual(range(1, 10).map((seq) => `12:${seq}`));
  });

  test("a new client starts where the account is, one that knows its cursors at those", async () => {
    const fresh = conversations();
    fresh.log.set("12", 6);
    fresh.subject.begin();
    fresh.subject.heads([head("12", 6, 4)]);
    fresh.subject.headsComplete();
    await until(() => fresh.state.caughtUp);
    expect(fresh.out).toEqual(["12:5", "12:6"]);

    const knowing = conversations(new Map([["12", 3]]));
    knowing.log.set("12", 6).set("13", 2);
    knowing.subject.begin();
    knowing.subject.heads([head("12", 6, 6), head("13", 2, 2)]);
    knowing.subject.headsComplete();
    await until(() => knowing.state.caughtUp);
    expect(knowing.out.filter((entry) => entry.startsWith("12"))).toEqual(["12:4", "12:5", "12:6"]);
    expect(knowing.out.filter((entry) => entry.startsWith("13"))).toEqual(["13:1", "13:2"]);
  });

  test("a push before its head is kept, even when another device has acknowledged it since", async () => {
    const { subject, log, out, state } = conversations();
    log.set("12", 7);
    subject.begin();
    subject.take(message(6));
    subject.heads([head("12", 7, 7)]);
    subject.headsComplete();
    await until(() => state.caughtUp);
    expect(out).toEqual(["12:6", "12:7"]);
  });

  test("a skipped seq is fetched when its push does not come, and not when it does", async () => {
    const { subject, log, out, state } = conversations();
    subject.begin();
    subject.headsComplete();
    subject.take(message(1));
    subject.take(message(3));
    subject.take(message(2));
    expect(out).toEqual(["12:1", "12:2", "12:3"]);
    expect(state.fetches).toBe(0);
    log.set("12", 6);
    subject.take(message(6));
    await until(() => out.length === 6);
    expect(out.slice(3)).toEqual(["12:4", "12:5", "12:6"]);
  });

  test("after a reconnect goes on where it was; a conversation begun meanwhile comes whole", async () => {
    const { subject, log, out, state } = conversations();
    log.set("12", 5);
    subject.begin();
    subject.heads([head("12", 5, 5)]);
    subject.headsComplete();
    subject.take(message(6));
    subject.end();
    log.set("12", 9).set("13", 2);
    subject.begin();
    subject.heads([head("12", 9, 9), head("13", 2, 2)]);
    subject.headsComplete();
    await until(() => state.caughtUp === 2);
    expect(out.filter((entry) => entry.startsWith("12"))).toEqual(["12:6", "12:7", "12:8", "12:9"]);
    expect(out.filter((entry) => entry.startsWith("13"))).toEqual(["13:1", "13:2"]);
  });

  test("history that cannot be had is told, and does not keep the rest waiting", async () => {
    const { subject, out, state } = conversations();
    subject.begin();
    subject.heads([head("12", 3, 0)]);
    subject.headsComplete();
    await until(() => state.caughtUp);
    expect(out).toEqual(["12: Error: history ends at 0"]);
  });
});
