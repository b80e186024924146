/** @module What is told after a commit whose answer was lost. */
import { describe, expect, test } from "bun:test";
import type { Head } from "../../src/domain/entities.ts";
import { unavailable } from "../../src/domain/error.ts";
import { conversationId, userId } from "../../src/domain/ids.ts";
import { silentLogger } from "../../src/lib/log.ts";
import type { UserEvent } from "../../src/services/ports.ts";
import { UncertainCommits } from "../../src/services/uncertain.ts";
import { messagesOf } from "../support/messages.ts";
import { until } from "../support/until.ts";

const SENDER = userId(2);
const RECEIVER = userId(1);
const stored = messagesOf(2, [1, 2, 3]);
const head: Head = {
  conversation: conversationId(1),
  peer: SENDER,
  lastSeq: 3,
  deliveredSeq: 1,
  readSeq: 0,
  peerDeliveredSeq: 0,
  peerReadSeq: 0,
};

function uncertainOver(failures: number, behind: Head[]) {
  const events: UserEvent[] = [];
  const state = { looks: 0 };
  const commits = new UncertainCommits({
    messages: {
      undelivered: async () => {
        if (state.looks++ < failures) throw unavailable("the database");
        return behind.map((one) => ({ user: RECEIVER, head: one }));
      },
      history: async (_a, _b, { after = 0 }) => ({
        messages: stored.filter(({ seq }) => seq > after),
        lastSeq: 3,
      }),
    },
    post: (posted) => events.push(...posted),
    logger: silentLogger,
    retryMs: 2,
  });
  return { commits, events, state };
}

describe("uncertain commits", () => {
  test("what the store holds beyond the receiver's cursor is told, once the store answers", async () => {
    const { commits, events, state } = uncertainOver(2, [head]);
    commits.note(SENDER, RECEIVER);
    commits.note(SENDER, RECEIVER);
    await until(() => events.length > 0);
    expect(state.looks).toBe(3);
    expect(events).toEqual([{ type: "texts", to: RECEIVER, peer: SENDER, messages: stored.slice(1) }]);
  });

  test("nothing is told when nothing was stored", async () => {
    const { commits, events, state } = uncertainOver(0, []);
    commits.note(SENDER, RECEIVER);
    await until(() => state.looks === 1);
    expect(events).toEqual([]);
  });
});
