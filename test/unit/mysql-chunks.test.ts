/** @module Lists cut to what a statement may have. */
import { describe, expect, test } from "bun:test";
import { format } from "mysql2";
import { chunks, statementBytes } from "../../src/store/mysql/chunks.ts";

const HOSTILE = [
  ...["'", '"', "\\", "\0", "\b", "\t", "\n", "\r", "\x1a", "%", "_", "`", ";", " "],
  ...["a", "é", "四", "🎉", "\u2028", "\uffff", "ﷺ", "\u0378"],
];

describe("bytes of a statement", () => {
  test("are never fewer than the driver writes, whatever a text is made of", () => {
    for (const unit of HOSTILE)
      for (const count of [0, 1, 2, 3, 64, 1_000]) {
        const row = [Number.MAX_SAFE_INTEGER, -1, null, unit.repeat(count), unit];
        const written = Buffer.byteLength(format("?,", [[row]]), "utf8");
        expect(statementBytes(row)).toBeGreaterThanOrEqual(written);
      }
  });

  test("count what escaping doubles", () => {
    expect(statementBytes(["'".repeat(15_800)])).toBeGreaterThanOrEqual(31_600);
  });
});

describe("chunks", () => {
  const texts = (items: Iterable<readonly string[]>) => [...items].map((part) => part.join(""));
  const cut = (items: readonly string[], limit: number) => texts(chunks(items, (item) => [item], limit));
  const one = statementBytes(["x"]);

  test("keep order and leave nothing out", () => {
    const items = [..."abcdefghij"];
    for (let limit = 0; limit <= 11 * one; limit += 7) expect(cut(items, limit).join("")).toBe("abcdefghij");
  });

  test("are as full as they may be", () => {
    expect(cut([..."abcdefg"], 3 * one)).toEqual(["abc", "def", "g"]);
    expect(cut([..."abc"], 3 * one)).toEqual(["abc"]);
    expect(cut([], one)).toEqual([]);
  });

  test("an item beyond the limit goes alone", () => {
    expect(cut(["a", "b".repeat(99), "c", "d"], 2 * one)).toEqual(["a", "b".repeat(99), "cd"]);
  });
});
