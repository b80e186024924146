/** @module The group commit: batches, order, isolation of failures. */
import { describe, expect, test } from "bun:test";
import { AppError } from "../../src/domain/error.ts";
import { conversationId, userId } from "../../src/domain/ids.ts";
import {
  Committer,
  type CommitterOptions,
  type Submission,
  weightOf,
} from "../../src/services/messages/committer.ts";
import type { AppendEntry, AppendOutcome } from "../../src/store/store.ts";
import { HeldClock } from "../support/clock.ts";

type Limits = Partial<
  Pick<CommitterOptions<Submission>, "lanes" | "maxBatch" | "maxBatchWeight" | "maxPendingWeight">
>;
type Append = (entries: readonly AppendEntry[], at: number) => Promise<AppendOutcome[]>;

function committerOver(append: Append, options: Limits & { onCommitted?: () => void } = {}) {
  const committed: number[] = [];
  const uncertain: string[] = [];
  const bugs: unknown[] = [];
  const committer = new Committer<Submission>({
    messages: { append },
    clock: new HeldClock(1_000),
    lanes: 1,
    maxBatch: 500,
    maxBatchWeight: 1_000_000,
    maxPendingWeight: 1_000_000,
    onCommitted: (batch) => committed.push(batch.length),
    ...options,
    onUncertain: ({ entries }) => uncertain.push(...entries.map((entry) => entry.clientId)),
    onBug: (error) => bugs.push(error),
  });
  const submitRaw = (clientId: string, settle: Submission["settle"]) =>
    committer.submit({ entries: [entryOf(clientId, 1, 2, clientId)], settle });
  const submit = (clientId: string, sender = 1, receiver = 2, body = clientId) =>
    new Promise<readonly AppendOutcome[] | AppError>((settle) =>
      committer.submit({ entries: [entryOf(clientId, sender, receiver, body)], settle }),
    );
  return { committer, committed, uncertain, bugs, submit, submitRaw };
}

/** The conversation of two is told by who they are. */
const entryOf = (clientId: string, sender: number, receiver: number, body: string): AppendEntry => ({
  conversation: conversationId(sender * receiver),
  ...{ sender: userId(sender), clientId, kind: "text", body },
});

const storing = (): { append: Append; log: string[][] } => {
  let seq = 0;
  const log: string[][] = [];
  return {
    log,
    append: async (entries, at) => {
      log.push(entries.map((entry) => entry.clientId));
      return entries.map(() => ({ status: "stored", conversation: conversationId(1), seq: ++seq, at }));
    },
  };
};

describe("committer", () => {
  test("what is submitted in one turn is one commit, in order", async () => {
    const { append, log } = storing();
    const { submit, committed } = committerOver(append);
    await Promise.all(["a", "b", "c"].map((id) => submit(id)));
    expect(log).toEqual([["a", "b", "c"]]);
    expect(committed).toEqual([3]);
  });

  test("what comes during a commit goes together into the next one", async () => {
    const gate = Promise.withResolvers<void>();
    const { append, log } = storing();
    const { submit } = committerOver(async (entries, at) => {
      if (log.length === 0) {
        const outcome = append(entries, at);
        await gate.promise;
        return outcome;
      }
      return append(entries, at);
    });
    const first = submit("first");
    await new Promise((resolve) => setImmediate(resolve));
    const rest = ["x", "y", "z"].map((id) => submit(id));
    gate.resolve();
    await Promise.all([first, ...rest]);
    expect(log).toEqual([["first"], ["x", "y", "z"]]);
  });

  test("both directions of a conversation share a lane", async () => {
    const { append, log } = storing();
    const { submit } = committerOver(append, { lanes: 8 });
    await Promise.all([submit("to", 5, 9), submit("fro", 9, 5)]);
    expect(log).toEqual([["to", "fro"]]);
  });

  test("a lost store fails the batch and what queued behind it, so nothing overtakes", async () => {
    const gate = Promise.withResolvers<void>();
    const { append, log } = storing();
    let down = true;
    const { submit, committer, uncertain } = committerOver(async (entries, at) => {
      if (!down) return append(entries, at);
      await gate.promise;
      throw new AppError("UNAVAILABLE");
    });
    const first = submit("first");
    await new Promise((resolve) => setImmediate(resolve));
    const second = submit("second");
    gate.resolve();
    expect(await first).toBeInstanceOf(AppError);
    expect(await second).toBeInstanceOf(AppError);
    // Only what was on its way may have been stored.
    expect(uncertain).toEqual(["first"]);
    down = false;
    expect(await submit("third")).toMatchObject([{ status: "stored", seq: 1 }]);
    expect(log).toEqual([["third"]]);
    expect(committer.pending).toBe(0);
  });

  test("an entry that the store cannot take fails alone", async () => {
    const { append, log } = storing();
    const { submit } = committerOver(async (entries, at) => {
      if (entries.some((entry) => entry.clientId === "poison")) throw new AppError("INVALID_FIELD");
      return append(entries, at);
    });
    const [a, poison, b] = await Promise.all([submit("a"), submit("poison"), submit("b")]);
    expect(a).toMatchObject([{ status: "stored", seq: 1 }]);
    expect(poison).toMatchObject({ codeName: "INVALID_FIELD" });
    expect(b).toMatchObject([{ status: "stored", seq: 2 }]);
    expect(log).toEqual([["a"], ["b"]]);
  });

  test("a refused batch is halved, not taken apart", async () => {
    let appends = 0;
    const { append } = storing();
    const { submit } = committerOver(async (entries, at) => {
      appends += 1;
      if (entries.some((entry) => entry.clientId === "poison")) throw new AppError("TOO_LARGE");
      return append(entries, at);
    });
    const ids = Array.from({ length: 256 }, (_, index) => (index === 77 ? "poison" : `${index}`));
    const results = await Promise.all(ids.map((id) => submit(id)));
    const failed = results.filter((result) => result instanceof AppError);
    expect(failed).toMatchObject([{ codeName: "TOO_LARGE" }]);
    expect(appends).toBeLessThanOrEqual(1 + 2 * Math.log2(256));
  });

  test("a store that is lost while a batch is halved lets nothing overtake", async () => {
    const log: string[] = [];
    const { submit, uncertain } = committerOver(async (entries) => {
      log.push(entries.map((entry) => entry.clientId).join(""));
      throw new AppError(entries.length > 2 ? "TOO_LARGE" : "UNAVAILABLE");
    });
    const results = await Promise.all([..."abcd"].map((id) => submit(id)));
    expect(results.map((result) => result instanceof AppError && result.codeName)).toEqual(
      Array(4).fill("UNAVAILABLE"),
    );
    expect(log).toEqual(["abcd", "ab"]);
    expect(uncertain).toEqual(["a", "b"]);
  });

  test("who throws while it is told changes nothing for what is stored, nor for the others", async () => {
    const { append } = storing();
    const { submit, submitRaw, bugs } = committerOver(append, {
      onCommitted: () => {
        throw new Error("telling failed");
      },
    });
    const [a, b] = await Promise.all([
      submit("a"),
      (async () => {
        submitRaw("broken", () => {
          throw new Error("its connection is odd");
        });
        return await submit("b");
      })(),
    ]);
    expect(a).toMatchObject([{ status: "stored", seq: 1 }]);
    expect(b).toMatchObject([{ status: "stored", seq: 3 }]);
    expect(bugs.map(String)).toEqual(["Error: telling failed", "Error: its connection is odd"]);
  });

  test("beyond its bound it refuses instead of growing", async () => {
    const gate = Promise.withResolvers<void>();
    const { append } = storing();
    const one = weightOf({ entries: [entryOf("a", 1, 2, "a")], settle: () => {} });
    const { submit } = committerOver(
      async (entries, at) => {
        await gate.promise;
        return append(entries, at);
      },
      { maxPendingWeight: 3 * one },
    );
    // A sender holds no more than it leaves to others, and whoever comes new finds room.
    const kept = [submit("a", 1), submit("c", 3, 4)];
    expect(await submit("b", 1)).toMatchObject({ codeName: "UNAVAILABLE" });
    kept.push(submit("d", 5, 6));
    expect(await submit("e", 7, 8)).toMatchObject({ codeName: "UNAVAILABLE" });
    gate.resolve();
    expect(await Promise.all(kept)).toMatchObject(Array(3).fill([{ status: "stored" }]));
    expect(await submit("f", 1)).toMatchObject([{ status: "stored" }]);
  });

  test("a sender of much waits for itself, and its own texts keep their order", async () => {
    const { append, log } = storing();
    const { submit } = committerOver(append, { maxBatchWeight: 200_000, maxPendingWeight: 100_000_000 });
    const order: string[] = [];
    const flood = Array.from({ length: 300 }, (_, index) =>
      submit(`f${index}`, 1, 2, "'".repeat(15_800)).then(() => order.push(`f${index}`)),
    );
    const others = Array.from({ length: 70 }, (_, index) =>
      submit(`o${index}`, 10 + index, 3).then(() => order.push(`o${index}`)),
    );
    await Promise.all([...flood, ...others]);
    expect(log[0]?.filter((id) => id.startsWith("o")).length).toBe(70);
    for (const batch of log) expect(batch.filter((id) => id.startsWith("f")).length).toBeLessThanOrEqual(11);
    const floods = log.flat().filter((id) => id.startsWith("f"));
    expect(floods).toEqual(Array.from({ length: 300 }, (_, index) => `f${index}`));
    expect(order.slice(0, 90).filter((id) => id.startsWith("o")).length).toBe(70);
  });
});
