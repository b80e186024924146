/** @module Changes that are handed on together: merged under their key, kept when that fails. */
import { describe, expect, test } from "bun:test";
import { Coalescer } from "../../src/lib/coalescer.ts";
import { until } from "../support/until.ts";

function coalescer(options: { failures?: number; intervalMs?: number } = {}) {
  const done: string[][] = [];
  let failures = options.failures ?? 0;
  let slow: Promise<void> | undefined;
  const one = new Coalescer<string>({
    keyOf: (change) => change[0] ?? "",
    merge: (earlier, later) => earlier + later.slice(1),
    work: async (changes) => {
      await slow;
      if (failures-- > 0) throw new Error("away");
      done.push([...changes]);
    },
    intervalMs: options.intervalMs ?? 5,
    retryMs: 5,
    onRetry: () => {},
  });
  return { one, done, hold: (until: Promise<void>) => (slow = until) };
}

describe("a coalescer", () => {
  test("merges what comes under one key, in order, and keeps keys apart", async () => {
    const { one, done } = coalescer();
    for (const change of ["a1", "b1", "a2", "a3"]) one.add(change);
    await until(() => done.length === 1);
    expect(done).toEqual([["a123", "b1"]]);
  });

  test("flush hands on at once, also what came while an earlier round was under way", async () => {
    const { one, done, hold } = coalescer({ intervalMs: 3_600_000 });
    let release = () => {};
    hold(new Promise((resolve) => (release = resolve)));
    one.add("a1");
    const first = one.flush();
    one.add("a2");
    const second = one.flush();
    release();
    await Promise.all([first, second]);
    expect(done).toEqual([["a1"], ["a2"]]);
  });

  test("what failed is tried again, before what came meanwhile", async () => {
    const { one, done } = coalescer({ failures: 1 });
    one.add("a1");
    const flushed = one.flush();
    one.add("a2");
    one.add("b1");
    await flushed;
    await until(() => done.length === 1);
    expect(done).toEqual([["a12", "b1"]]);
  });

  test("thousands are handed on in parts, and what is left of them when one fails is tried again", async () => {
    const parts: number[][] = [];
    let failures = 1;
    const one = new Coalescer<number>({
      keyOf: String,
      merge: (_, later) => later,
      work: async (changes) => {
        if (parts.length === 2 && failures-- > 0) throw new Error("away");
        parts.push([...changes]);
      },
      intervalMs: 3_600_000,
      retryMs: 3_600_000,
      onRetry: () => {},
    });
    const all = Array.from({ length: 1_000 }, (_, i) => i);
    for (const change of all) one.add(change);
    await one.flush();
    expect(parts.flat()).toEqual(all.slice(0, 400));
    await one.flush();
    expect(parts.flat()).toEqual(all);
    expect(Math.max(...parts.map(({ length }) => length))).toBe(200);
  });

  test("nothing is nothing to do", async () => {
    const { one, done } = coalescer();
    await one.flush();
    expect(done).toEqual([]);
  });
});
