/**
 * @module unit/net-queue
 * The bytes that wait to be written or to be read: nothing lost, nothing reordered, nothing kept.
 */

import { describe, expect, test } from "bun:test";
import { HeldBytes } from "../../src/net/held.ts";
import { FrameQueue } from "../../src/net/queue.ts";

const bytes = (length: number, fill: number): Uint8Array => new Uint8Array(length).fill(fill);

/** Writes the whole queue through `gather`, `step` bytes of each at most, and returns what was written. */
function drain(queue: FrameQueue, scratch: Uint8Array, step: number): number[] {
  const out: number[] = [];
  while (queue.length > 0) {
    const next = queue.gather(scratch);
    const taken = Math.min(step, next.length);
    out.push(...next.subarray(0, taken));
    queue.take(taken);
  }
  return out;
}

describe("FrameQueue", () => {
  test.each([1, 2, 3, 7, 64, 1_000])(
    "loses and reorders nothing when %i bytes at a time are taken",
    (step) => {
      const queue = new FrameQueue();
      const expected: number[] = [];
      for (let n = 0; n < 200; n++) {
        const frame = bytes(1 + ((n * 7) % 40), n);
        queue.push(frame);
        expected.push(...frame);
      }
      expect([queue.length, queue.bytes]).toEqual([200, expected.length]);
      expect(drain(queue, new Uint8Array(128), step)).toEqual(expected);
      expect([queue.length, queue.bytes]).toEqual([0, 0]);
    },
  );

  test("a single frame is written from where it lies", () => {
    const queue = new FrameQueue();
    const frame = bytes(10, 1);
    queue.push(frame);
    expect(queue.gather(new Uint8Array(64))).toBe(frame);
  });

  test("small frames are gathered, whole ones only; a large one in front goes alone", () => {
    const queue = new FrameQueue();
    for (const n of [1, 2, 3]) queue.push(bytes(30, n));
    expect(queue.gather(new Uint8Array(64)).length).toBe(60);
    const large = bytes(10_000, 4);
    const other = new FrameQueue();
    other.push(large);
    other.push(bytes(5, 5));
    expect(other.gather(new Uint8Array(65_536))).toBe(large);
  });

  test("a queue that never gets empty does not grow", () => {
    const queue = new FrameQueue();
    queue.push(bytes(4, 0));
    for (let n = 1; n < 10_000; n++) {
      queue.push(bytes(4, n & 0xff));
      expect(queue.first()[0]).toBe((n - 1) & 0xff);
      queue.take(4);
    }
    expect([queue.length, queue.bytes]).toEqual([1, 4]);
  });
});

test("HeldBytes gives back what was appended, from both ends at any time", () => {
  const held = new HeldBytes();
  const out: number[] = [];
  for (let n = 0; n < 100; n++) {
    held.append(bytes(n % 9, n));
    if (n % 3 !== 0) continue;
    out.push(...held.bytes().subarray(0, 5));
    held.take(Math.min(5, held.length));
  }
  out.push(...held.bytes());
  expect(out).toEqual(Array.from({ length: 100 }, (_, n) => Array<number>(n % 9).fill(n)).flat());
});
