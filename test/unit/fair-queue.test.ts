/** @module A queue that owners share by turns, and room that they share by what is free. */
import { describe, expect, test } from "bun:test";
import { FairQueue } from "../../src/lib/fair-queue.ts";
import { SharedRoom } from "../../src/lib/shared-room.ts";

interface Item {
  readonly owner: string;
  readonly weight: number;
  readonly name: string;
}

function queueOf(text: string, limits: { maxItems?: number; maxWeight?: number; quantum?: number } = {}) {
  const queue = new FairQueue<Item>({
    ...{ maxItems: 100, maxWeight: 100, quantum: 4, ...limits },
    ownerOf: ({ owner }) => owner,
    weightOf: ({ weight }) => weight,
  });
  // "a1 b4": an item of a that weighs 1, one of b that weighs 4.
  text.split(" ").forEach((name) => {
    queue.push({ owner: name.charAt(0), weight: Number(name.slice(1)), name });
  });
  return queue;
}

/** All batches, by their items' names. */
function batches(queue: FairQueue<Item>): string[] {
  const found: string[] = [];
  while (queue.length > 0)
    found.push(
      queue
        .take()
        .map(({ name }) => name)
        .join(" "),
    );
  return found;
}

describe("fair queue", () => {
  test("gives all that fits, an owner's items together and in order", () => {
    expect(batches(queueOf("a1 b1 a1 c1 b1"))).toEqual(["a1 a1 b1 b1 c1"]);
  });

  test("owners take turns by weight, whatever came first", () => {
    const queue = queueOf("a4 a4 a4 a4 b1 b1 c2", { maxWeight: 8 });
    expect(batches(queue)).toEqual(["a4 b1 b1 c2", "a4 a4", "a4"]);
  });

  test("an item heavier than a turn waits for as many turns as it takes", () => {
    const queue = queueOf("a8 a8 b4 b4 b4 b4", { maxWeight: 1_000 });
    expect(batches(queue)).toEqual(["b4 a8 b4 b4 a8 b4"]);
  });

  test("an item heavier than a batch is one of its own", () => {
    expect(batches(queueOf("a50 b1", { maxWeight: 10 }))).toEqual(["b1", "a50"]);
  });

  test("a turn that a full batch cut short goes on in the next one", () => {
    const queue = queueOf("a1 a1 a1 a1 b1 b1 b1 b1", { maxItems: 3 });
    expect(batches(queue)).toEqual(["a1 a1 a1", "a1 b1 b1", "b1 b1"]);
  });

  test("drained, it gives everything and starts anew", () => {
    const queue = queueOf("a1 b1 a1");
    expect(queue.drain().map(({ owner }) => owner)).toEqual(["a", "a", "b"]);
    expect([queue.length, queue.take()]).toEqual([0, []]);
    queue.push({ owner: "a", weight: 1, name: "again" });
    expect(batches(queue)).toEqual(["again"]);
  });

  test("nobody gets more than a turn and an item ahead of another who waits", () => {
    const queue = queueOf("z1", { maxItems: 7, maxWeight: 40, quantum: 10 });
    const heavy = Array.from({ length: 400 }, () => ({ owner: "heavy", weight: 9, name: "" }));
    const light = Array.from({ length: 400 }, () => ({ owner: "light", weight: 2, name: "" }));
    for (const item of [...heavy, ...light]) queue.push(item);
    const got = { heavy: 0, light: 0, z: 0 };
    while (got.light < 790) {
      for (const { owner, weight } of queue.take()) got[owner as keyof typeof got] += weight;
      expect(Math.abs(got.heavy - got.light)).toBeLessThanOrEqual(10 + 9);
    }
  });
});

describe("shared room", () => {
  test("one owner gets half, each further one no more than is left", () => {
    const room = new SharedRoom<string>(100);
    const fill = (owner: string) => {
      let taken = 0;
      while (room.take(owner, 1)) taken += 1;
      return taken;
    };
    expect([fill("a"), fill("b"), fill("c")]).toEqual([50, 25, 13]);
    expect(room.take("new", 1)).toBe(true);
  });

  test("what is given back can be taken again", () => {
    const room = new SharedRoom<string>(10);
    expect([room.take("a", 5), room.take("a", 1)]).toEqual([true, false]);
    room.give("a", 5);
    expect([room.take("b", 5), room.take("a", 5)]).toEqual([true, true]);
    expect(room.take("c", 1)).toBe(false);
  });
});
