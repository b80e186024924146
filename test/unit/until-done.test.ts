/** @module Work that is tried until it is done. */
import { describe, expect, test } from "bun:test";
import { UntilDone } from "../../src/lib/until-done.ts";
import { until } from "../support/until.ts";

function overAwayServer() {
  const done: string[] = [];
  const failures: string[] = [];
  const state = { away: false };
  const untilDone = new UntilDone({ onFailure: (key) => failures.push(key), retryMs: 2 });
  const run = (key: string, what = key) =>
    untilDone.run(key, async () => {
      if (state.away) throw new Error("away");
      done.push(what);
    });
  return { untilDone, run, done, failures, state };
}

describe("until it is done", () => {
  test("what works is done when it resolves", async () => {
    const { run, done, untilDone } = overAwayServer();
    await run("a");
    expect([done, untilDone.waiting]).toEqual([["a"], 0]);
  });

  test("what fails is tried again, in its order, until it works", async () => {
    const { run, done, failures, state, untilDone } = overAwayServer();
    state.away = true;
    for (const key of ["a", "b", "c"]) await run(key);
    await until(() => failures.length > 8);
    expect(done).toEqual([]);
    state.away = false;
    await until(() => untilDone.waiting === 0);
    expect(done).toEqual(["a", "b", "c"]);
  });

  test("of one key only the latest is done", async () => {
    const { run, done, state, untilDone } = overAwayServer();
    state.away = true;
    await run("a", "first");
    await run("a", "second");
    state.away = false;
    await until(() => untilDone.waiting === 0);
    expect(done).toEqual(["second"]);
  });
});
