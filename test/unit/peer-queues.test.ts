/** @module What a node is owed: in order, until it has it or is gone, bounded. */
import { describe, expect, test } from "bun:test";
import { unavailable } from "../../src/domain/error.ts";
import { conversationId, nodeName, userId } from "../../src/domain/ids.ts";
import { silentLogger } from "../../src/lib/log.ts";
import { only, type UserEvent } from "../../src/services/delivery/events.ts";
import { PeerQueues } from "../../src/services/delivery/peer-queues.ts";
import { HeldClock } from "../support/clock.ts";
import { messagesOf } from "../support/messages.ts";
import { until } from "../support/until.ts";

const EAST = { node: nodeName("east"), incarnation: "e1" };
const BOB = userId(2);
const ADA = userId(1);

const text = (seq: number, units = 1): UserEvent => ({
  type: "texts",
  audience: only(BOB),
  peer: ADA,
  messages: messagesOf(1, [seq], () => "x".repeat(units)),
});
const receipt = (readSeq: number, to = BOB): UserEvent => ({
  type: "receipt",
  audience: only(to),
  conversation: conversationId(1),
  peer: ADA,
  deliveredSeq: readSeq,
  readSeq,
});
const presence = (online: boolean): UserEvent => ({
  type: "presence",
  audience: only(BOB),
  friend: ADA,
  online,
  lastSeen: 0,
  order: 1,
});
const removed: UserEvent = { type: "friend_removed", audience: only(BOB), friend: ADA };
const typing: UserEvent = { type: "typing", audience: only(BOB), conversation: conversationId(4), from: ADA };

function queuesOver() {
  const state = { down: false, alive: true, tries: 0 };
  const sent: UserEvent[][] = [];
  const missed: (number | undefined)[] = [];
  const clock = new HeldClock();
  const queues = new PeerQueues({
    peers: {
      send: async (_node, events, missedMs) => {
        state.tries++;
        if (state.down) throw unavailable("node east");
        sent.push([...events]);
        missed.push(missedMs);
      },
    },
    isAlive: () => state.alive,
    clock,
    logger: silentLogger,
  });
  return { queues, state, sent, missed, clock };
}

describe("what a node is owed", () => {
  test("goes at once while its link holds", async () => {
    const { queues, sent } = queuesOver();
    queues.deliver(EAST, [text(1), typing]);
    queues.deliver(EAST, [text(2)]);
    await queues.idle();
    expect(sent).toEqual([[text(1), typing], [text(2)]]);
  });

  test("is kept in order until the link is back, nothing overtaking; typing is not kept", async () => {
    const { queues, state, sent } = queuesOver();
    state.down = true;
    queues.deliver(EAST, [text(1), typing, removed]);
    await until(() => state.tries > 0);
    queues.deliver(EAST, [text(2), typing]);
    await until(() => state.tries > 2);
    state.down = false;
    queues.deliver(EAST, [text(3)]);
    await queues.idle();
    expect(sent.flat()).toEqual([text(1), removed, text(2), text(3)]);
  });

  test("of receipts and presence only the last is kept, for each who is told", async () => {
    const { queues, state, sent } = queuesOver();
    state.down = true;
    queues.deliver(EAST, [receipt(1), presence(true), receipt(1, ADA)]);
    await until(() => state.tries > 0);
    queues.deliver(EAST, [presence(false), receipt(2), text(1)]);
    state.down = false;
    await queues.idle();
    expect(sent.flat()).toEqual([receipt(1, ADA), presence(false), receipt(2), text(1)]);
  });

  test("is forgotten with the node", async () => {
    const { queues, state, sent } = queuesOver();
    state.down = true;
    queues.deliver(EAST, [text(1)]);
    const end = queues.settle(EAST, [removed]);
    await until(() => state.tries > 1);
    state.alive = false;
    expect(await end).toBe("gone");
    await queues.idle();
    state.down = false;
    expect(sent).toEqual([]);
  });

  test("texts beyond the bound are left out, and the node is told since when; what else there is, is kept", async () => {
    const { queues, state, sent, missed, clock } = queuesOver();
    state.down = true;
    queues.deliver(EAST, [text(1, 8_000_000)]);
    await until(() => state.tries > 0);
    queues.deliver(EAST, [text(2, 8_000_000), removed, text(3, 8_000_000)]);
    clock.pass(700);
    state.down = false;
    await queues.idle();
    expect(sent.flat()).toEqual([text(1, 8_000_000), removed]);
    expect(missed).toEqual([700]);
    queues.deliver(EAST, [text(4)]);
    await queues.idle();
    expect(missed.at(-1)).toBeUndefined();
  });
});
