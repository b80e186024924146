/** @module Who is told of a commit, and in how many pieces. */
import { describe, expect, test } from "bun:test";
import { conversationId, sessionId, userId } from "../../src/domain/ids.ts";
import { announcement, type TextSubmission } from "../../src/services/messages/announcement.ts";
import type { CommittedSubmission } from "../../src/services/messages/committer.ts";
import type { AppendOutcome } from "../../src/store/store.ts";
import { usersOf } from "../support/audience.ts";

const stored = (seq: number): AppendOutcome => ({
  status: "stored",
  conversation: conversationId(7),
  seq,
  at: 5_000,
});
const repeated = (seq: number): AppendOutcome =>
  ({ ...stored(seq), status: "duplicate", at: 1_000 }) as AppendOutcome;

function committed(
  sender: number,
  receiver: number,
  outcomes: AppendOutcome[],
  session = `s${sender}`,
): CommittedSubmission<TextSubmission> {
  const entries = outcomes.map((_, i) => ({
    conversation: conversationId(7),
    sender: userId(sender),
    clientId: `{${sender}-${i}}`,
    kind: "text" as const,
    body: "x",
  }));
  const peer = userId(receiver);
  return { submission: { entries, peer, session: sessionId(session), settle: () => {} }, outcomes };
}

const told = (batch: CommittedSubmission<TextSubmission>[]) =>
  announcement(batch).events.map((event) => {
    if (event.type !== "texts") throw new Error(event.type);
    return {
      to: Number(usersOf(event)[0]),
      seqs: event.messages.map(({ seq }) => seq),
      except: event.except,
    };
  });

describe("announcement", () => {
  test("texts that follow each other are one event for each side", () => {
    expect(told([committed(1, 2, [stored(1), stored(2)]), committed(1, 2, [stored(3)])])).toEqual([
      { to: 2, seqs: [1, 2, 3], except: undefined },
      { to: 1, seqs: [1, 2, 3], except: sessionId("s1") },
    ]);
  });

  test("another sender, another session or a gap begins a new event", () => {
    const batch = [
      committed(1, 2, [stored(1)]),
      committed(2, 1, [stored(2)]),
      committed(1, 2, [stored(3)], "other"),
      committed(1, 2, [stored(5)], "other"),
    ];
    expect(told(batch).map(({ to, seqs }) => [to, seqs])).toEqual([
      [2, [1]],
      [1, [1]],
      [1, [2]],
      [2, [2]],
      [2, [3]],
      [1, [3]],
      [2, [5]],
      [1, [5]],
    ]);
  });

  test("what was stored before is told again, with its first time, and refusals are not told", () => {
    const { events, ...counts } = announcement([
      committed(1, 2, [repeated(4), { status: "conflict" }]),
      committed(3, 2, [{ status: "blocked" }]),
    ]);
    expect(counts).toEqual({ stored: 0, repeated: 1 });
    expect(events).toMatchObject([
      { audience: { users: [2] }, messages: [{ seq: 4, at: 1_000 }] },
      { audience: { users: [1] } },
    ]);
  });
});
