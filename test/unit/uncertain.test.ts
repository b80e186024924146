/** @module What is told after a commit whose answer was lost. */
import { describe, expect, test } from "bun:test";
import type { Message } from "../../src/domain/entities.ts";
import { unavailable } from "../../src/domain/error.ts";
import { userId } from "../../src/domain/ids.ts";
import { silentLogger } from "../../src/lib/log.ts";
import { only, type UserEvent } from "../../src/services/delivery/events.ts";
import { UncertainCommits } from "../../src/services/messages/uncertain.ts";
import { messagesOf } from "../support/messages.ts";
import { until } from "../support/until.ts";

const SENDER = userId(2);
const RECEIVER = userId(1);

function uncertainOver(failures: number, stored: readonly Message[]) {
  const events: UserEvent[] = [];
  const state = { looks: 0 };
  const commits = new UncertainCommits({
    messages: {
      history: async (_a, _b, { before = Number.POSITIVE_INFINITY, limit }) => {
        if (state.looks++ < failures) throw unavailable("the database");
        return {
          messages: stored.filter(({ seq }) => seq < before).slice(-limit),
          lastSeq: stored.at(-1)?.seq ?? 0,
        };
      },
    },
    post: (posted) => events.push(...posted),
    logger: silentLogger,
    retryMs: 2,
  });
  const note = (...seqs: number[]) =>
    commits.note({
      peer: RECEIVER,
      entries: messagesOf(SENDER, seqs).map(({ conversation, clientId, kind, body }) => ({
        ...{ conversation, sender: SENDER, clientId, kind, body },
      })),
    });
  return { note, events, state };
}

const toBoth = (messages: readonly Message[]): UserEvent[] => [
  { type: "texts", audience: only(RECEIVER), peer: SENDER, messages },
  { type: "texts", audience: only(SENDER), peer: RECEIVER, messages },
];

describe("uncertain commits", () => {
  test("what the store holds of them is told to both sides, once the store answers, whoever has got what", async () => {
    const stored = messagesOf(SENDER, [1, 2, 3]);
    const { note, events, state } = uncertainOver(2, stored);
    note(2);
    note(3);
    await until(() => events.length > 0);
    expect(state.looks).toBe(3);
    expect(events).toEqual(toBoth(stored.slice(1)));
  });

  test("one that was not stored is left out; what others said between is not told again", async () => {
    const stored = [...messagesOf(SENDER, [1]), ...messagesOf(RECEIVER, [2]), ...messagesOf(SENDER, [3])];
    const { note, events } = uncertainOver(0, stored);
    note(1, 3, 4);
    await until(() => events.length > 0);
    expect(events).toEqual([...toBoth(stored.slice(0, 1)), ...toBoth(stored.slice(2))]);
  });

  test("it reads back until all are found, and no farther than ten pages", async () => {
    const stored = messagesOf(
      SENDER,
      Array.from({ length: 3_000 }, (_, i) => i + 1),
    );
    const { note, events, state } = uncertainOver(0, stored);
    note(2_550);
    await until(() => events.length > 0);
    expect(events).toEqual(toBoth(stored.slice(2_549, 2_550)));
    expect(state.looks).toBe(3);
    note(1);
    await until(() => state.looks === 13);
    expect(events.length).toBe(2);
  });

  test("nothing is told when nothing was stored", async () => {
    const { note, events, state } = uncertainOver(0, []);
    note(1);
    await until(() => state.looks === 1);
    expect(events).toEqual([]);
  });
});
