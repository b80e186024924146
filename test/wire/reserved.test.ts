/**
 * @module wire/reserved
 * What belongs to the original's next version is used by nobody here: it sends files under these numbers.
 */
import { expect, test } from "bun:test";
import { Code } from "../../src/wire/codes.ts";
import { ORIGINAL_IDS_END, ServiceId } from "../../src/wire/ids.ts";

test("no frame of ours has the id 24 or 25, nor any between the original's and protocol 2's", () => {
  const ids = Object.values(ServiceId);
  expect(ids.filter((id) => id >= ORIGINAL_IDS_END && id < 100)).toEqual([]);
  expect(Math.max(...ids)).toBeLessThan(256);
  expect(new Set(ids).size).toBe(ids.length);
});

test("no error of ours has a number from 21 to 24, nor any between the original's and 64", () => {
  expect(Object.values(Code).filter((code) => code > 20 && code < 64)).toEqual([]);
});
