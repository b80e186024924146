/** @module What senders in groups are told of how far their messages got, and what that costs. */
import { describe, expect, test } from "bun:test";
import { unavailable } from "../../src/domain/error.ts";
import { conversationId, type UserId, userId } from "../../src/domain/ids.ts";
import { silentLogger } from "../../src/lib/log.ts";
import type { UserEvent } from "../../src/services/delivery/events.ts";
import { only } from "../../src/services/delivery/events.ts";
import { GroupReceipts } from "../../src/services/delivery/group-receipts.ts";
import { HeldClock } from "../support/clock.ts";
import { until } from "../support/until.ts";

const [ADA, BOB] = [userId(1), userId(2)];
const GROUP = conversationId(7);
const OTHER = conversationId(8);

const said = (sender: UserId, seq: number, kind = "text", conversation = GROUP): UserEvent => ({
  type: "texts",
  audience: { conversation },
  peer: undefined,
  messages: [{ conversation, seq, sender, clientId: `${seq}`, kind, body: "x", at: 1 }],
});
const moved = (user: UserId, conversation = GROUP): UserEvent => ({
  type: "cursor_moved",
  audience: only(user),
  conversation,
  peer: undefined,
  deliveredSeq: 1,
  readSeq: 1,
});

/** Two nodes that hear each other; what is said to sessions is noted. */
function nodesOver({ here = [ADA] } = {}) {
  const clock = new HeldClock();
  const counts = { members: 9, delivered: 0, read: 0 };
  const state = { counted: [] as number[], failures: 0, words: 0, online: new Set(here) };
  const told: UserEvent[] = [];
  const nodes: GroupReceipts[] = [];
  const node = () =>
    new GroupReceipts({
      groups: {
        readers: async (_group, seq) => {
          if (state.failures-- > 0) throw unavailable("the database");
          state.counted.push(seq);
          return { items: [], next: undefined, ...counts };
        },
      },
      local: { has: (user) => state.online.has(user) },
      post: (events) => {
        for (const one of nodes) {
          one.heard(events);
        }
        state.words += events.filter(({ type }) => type === "group_moved").length;
        told.push(...events.filter(({ type }) => type === "group_receipt"));
      },
      clock,
      logger: silentLogger,
      intervalMs: 10,
    });
  nodes.push(node(), node());
  const [home, away] = nodes as [GroupReceipts, GroupReceipts];
  return { home, away, counts, state, told, clock };
}

describe("receipts of groups", () => {
  test("the sender is told counts of the newest message, when somebody anywhere got on", async () => {
    const { home, away, counts, told, state } = nodesOver();
    home.posted([said(ADA, 3), said(ADA, 4)]);
    counts.delivered = 2;
    away.posted([moved(BOB)]);
    await until(() => told.length === 1);
    expect(told).toEqual([
      {
        type: "group_receipt",
        audience: only(ADA),
        ...{ conversation: GROUP, seq: 4, members: 9, delivered: 2, read: 0 },
      },
    ]);
    expect(state.counted).toEqual([4]);
  });

  test("many who get on at once are one word and one count; where nothing new came of it nobody is told", async () => {
    const { home, away, told, state } = nodesOver();
    home.posted([said(ADA, 3)]);
    for (let user = 10; user < 1_000; user++) away.posted([moved(userId(user))]);
    await until(() => state.counted.length === 1);
    expect([state.words, told.length]).toEqual([1, 0]);
  });

  test("nothing is counted for a group in which nobody here said anything, or for a change of members", async () => {
    const { home, away, state } = nodesOver();
    home.posted([said(ADA, 3, "members"), said(ADA, 3, "text", OTHER)]);
    away.posted([moved(BOB)]);
    away.posted([moved(BOB, OTHER)]);
    await until(() => state.counted.length === 1);
    expect(state.words).toBe(2);
  });

  test("a message that all have read, or whose sender left, is not counted any more", async () => {
    const { home, away, counts, told, state } = nodesOver({ here: [ADA, BOB] });
    home.posted([said(ADA, 3), said(BOB, 4)]);
    state.online.delete(BOB);
    counts.delivered = 9;
    counts.read = 9;
    away.posted([moved(BOB)]);
    await until(() => told.length === 1);
    away.posted([moved(BOB)]);
    await until(() => state.words === 2);
    // A group that is counted all the same would be by now: it is asked for in the order of the words.
    home.posted([said(ADA, 5, "text", OTHER)]);
    away.posted([moved(BOB, OTHER)]);
    await until(() => told.length === 2);
    expect(state.counted).toEqual([3, 5]);
  });

  test("of very many messages the oldest are not counted any more", async () => {
    const { home, away, counts, told, state } = nodesOver();
    for (let group = 1; group <= 10_001; group++) home.posted([said(ADA, 3, "text", conversationId(group))]);
    counts.read = 1;
    away.posted([moved(BOB, conversationId(1))]);
    away.posted([moved(BOB, conversationId(10_001))]);
    await until(() => told.length === 1);
    expect(told).toMatchObject([{ conversation: 10_001 }]);
    expect(state.words).toBe(2);
  });

  test("a count that fails is tried again", async () => {
    const { home, away, counts, told, state } = nodesOver();
    home.posted([said(ADA, 3)]);
    counts.read = 1;
    state.failures = 1;
    away.posted([moved(BOB)]);
    await until(() => told.length === 1, { timeoutMs: 5_000 });
  });
});
