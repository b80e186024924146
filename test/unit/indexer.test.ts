/** @module The indexer goes on while there is more, comes back after commits and failures, and ends when told. */
import { expect, test } from "bun:test";
import { AppError } from "../../src/domain/error.ts";
import { silentLogger } from "../../src/lib/log.ts";
import { Indexer } from "../../src/services/messages/indexer.ts";
import { until } from "../support/until.ts";

/** A log of so many entries, of which each step takes some. */
function indexed(options: { idleMs?: number } = {}) {
  const state = { waiting: 0, steps: 0, failures: 0, running: 0, most: 0 };
  const indexer = new Indexer({
    search: {
      indexSome: async (entries) => {
        state.steps += 1;
        state.running += 1;
        state.most = Math.max(state.most, state.running);
        await Bun.sleep(0);
        state.running -= 1;
        if (state.failures-- > 0) throw new AppError("UNAVAILABLE");
        const taken = Math.min(entries, state.waiting);
        state.waiting -= taken;
        return { entries: taken, more: state.waiting > 0 };
      },
    },
    logger: silentLogger,
    soonMs: 1,
    idleMs: options.idleMs ?? 60_000,
  });
  return { state, indexer };
}

test("what is there at the start is taken up step by step, one after the other", async () => {
  const { state, indexer } = indexed();
  state.waiting = 1_000;
  indexer.start();
  await until(() => state.waiting === 0, { what: "all to be indexed" });
  await indexer.stop();
  expect([state.steps >= 5, state.most]).toEqual([true, 1]);
});

test("a commit asks for a step, however many come at once for one", async () => {
  const { state, indexer } = indexed();
  indexer.start();
  await until(() => state.steps === 1, { what: "the first look" });
  state.waiting = 3;
  for (let count = 0; count < 100; count += 1) indexer.note();
  await until(() => state.waiting === 0, { what: "it to be indexed" });
  await indexer.stop();
  expect(state.steps).toBeLessThanOrEqual(3);
});

test("a failure is tried again, and what others left is looked for", async () => {
  const { state, indexer } = indexed({ idleMs: 2 });
  state.failures = 2;
  state.waiting = 5;
  indexer.start();
  await until(() => state.waiting === 0, { what: "it to be indexed" });
  await indexer.stop();
  expect(state.steps).toBeGreaterThanOrEqual(3);
});

test("after its end nothing is begun", async () => {
  const { state, indexer } = indexed({ idleMs: 1 });
  indexer.start();
  await until(() => state.steps > 0, { what: "a step" });
  await indexer.stop();
  const { steps } = state;
  indexer.note();
  await Bun.sleep(5);
  expect([state.steps, state.running]).toEqual([steps, 0]);
});
