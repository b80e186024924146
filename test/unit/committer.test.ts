/** @module The group commit: batches, order, isolation of failures. */
import { describe, expect, test } from "bun:test";
import { AppError } from "../../src/domain/error.ts";
import { conversationId, userId } from "../../src/domain/ids.ts";
import { Committer, type Submission } from "../../src/services/committer.ts";
import type { AppendEntry, AppendOutcome } from "../../src/store/store.ts";
import { HeldClock } from "../support/clock.ts";

type Append = (entries: readonly AppendEntry[], at: number) => Promise<AppendOutcome[]>;

function committerOver(append: Append, options: { lanes?: number; maxPending?: number } = {}) {
  const committed: number[] = [];
  const uncertain: string[] = [];
  const committer = new Committer<Submission>({
    messages: { append },
    clock: new HeldClock(1_000),
    lanes: options.lanes ?? 1,
    maxBatch: 500,
    maxPending: options.maxPending ?? 1_000,
    onCommitted: (batch) => committed.push(batch.length),
    onUncertain: ({ entries }) => uncertain.push(...entries.map((entry) => entry.clientId)),
    onBug: (error) => {
      throw error;
    },
  });
  const submit = (clientId: string, sender = 1, receiver = 2) =>
    new Promise<readonly AppendOutcome[] | AppError>((settle) =>
      committer.submit({
        entries: [
          { sender: userId(sender), receiver: userId(receiver), clientId, kind: "text", body: clientId },
        ],
        settle,
      }),
    );
  return { committer, committed, uncertain, submit };
}

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

  test("beyond its bound it refuses instead of growing", async () => {
    const gate = Promise.withResolvers<void>();
    const { append } = storing();
    const { submit } = committerOver(
      async (entries, at) => {
        await gate.promise;
        return append(entries, at);
      },
      { maxPending: 2 },
    );
    const kept = [submit("a"), submit("b")];
    expect(await submit("c")).toMatchObject({ codeName: "UNAVAILABLE" });
    gate.resolve();
    expect(await Promise.all(kept)).toMatchObject([[{ status: "stored" }], [{ status: "stored" }]]);
  });
});
