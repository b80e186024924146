/** @module In which order what is said in groups is handed to the sessions of a node. */
import { describe, expect, test } from "bun:test";
import { conversationId, userId } from "../../src/domain/ids.ts";
import { only, type UserEvent } from "../../src/services/delivery/events.ts";
import { GroupOrder } from "../../src/services/delivery/group-order.ts";
import { messagesOf } from "../support/messages.ts";
import { until } from "../support/until.ts";

const said = (...seqs: number[]): UserEvent => {
  const messages = messagesOf(2, seqs);
  return { type: "texts", audience: { conversation: conversationId(1) }, peer: undefined, messages };
};
const direct = (...seqs: number[]): UserEvent => {
  const messages = messagesOf(2, seqs);
  return { type: "texts", audience: only(userId(1)), peer: userId(2), messages };
};

function orderOver(graceMs = 60_000) {
  const handed: UserEvent[] = [];
  const order = new GroupOrder({ deliver: (events) => handed.push(...events), graceMs });
  const seqs = () =>
    handed.flatMap((event) => (event.type === "texts" ? event.messages.map(({ seq }) => seq) : []));
  return { order, handed, seqs };
}

describe("the order of a group", () => {
  test("what came too early waits for what is missing", () => {
    const { order, seqs } = orderOver();
    order.deliver([said(5)]);
    order.deliver([said(8, 9), said(10)]);
    order.deliver([said(7)]);
    expect(seqs()).toEqual([5]);
    order.deliver([said(6), said(11)]);
    expect(seqs()).toEqual([5, 6, 7, 8, 9, 10, 11]);
  });

  test("what is told again, or overlaps, is handed on at once", () => {
    const { order, seqs } = orderOver();
    order.deliver([said(5), said(6), said(5), said(6, 7), said(8)]);
    expect(seqs()).toEqual([5, 6, 5, 6, 7, 8]);
  });

  test("what is missing for too long is not waited for", async () => {
    const { order, seqs } = orderOver(20);
    order.deliver([said(5)]);
    order.deliver([said(9)]);
    order.deliver([said(7)]);
    expect(seqs()).toEqual([5]);
    await until(() => seqs().length === 3);
    order.deliver([said(10), said(6)]);
    expect(seqs()).toEqual([5, 7, 9, 10, 6]);
  });

  test("a flood of what came too early waits no longer", () => {
    const { order, seqs } = orderOver();
    order.deliver([said(1)]);
    for (let seq = 3; seq < 600; seq++) order.deliver([said(seq)]);
    expect(seqs().length).toBeGreaterThan(500);
    expect(seqs()).toEqual([...seqs()].sort((a, b) => a - b));
  });

  test("direct conversations, and everything else, pass as they are", () => {
    const { order, handed } = orderOver();
    const typing: UserEvent = {
      type: "typing",
      audience: { conversation: conversationId(1) },
      conversation: conversationId(1),
      from: userId(2),
    };
    order.deliver([direct(9), direct(3)]);
    order.deliver([said(5)]);
    order.deliver([said(7), typing, direct(4)]);
    expect(handed).toEqual([direct(9), direct(3), said(5), typing, direct(4)]);
  });
});
