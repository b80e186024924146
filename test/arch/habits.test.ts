/**
 * @module arch/habits
 * What every file keeps: it says what it is for, stays readable in length, and leaves nothing switched off.
 */

import { describe, expect, test } from "bun:test";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "../..");
/** Generated files excepted; see arch/generated for those. */
const files = [...new Bun.Glob("{src,test,deploy,drizzle}/**/*.{ts,tsx}").scanSync(ROOT)]
  .filter((path) => !path.startsWith("src/rpc/gen/") && path !== "test/arch/habits.test.ts")
  .sort();

/** Lines after which a file should have become two. */
const MAX_LINES = 500;

const FORBIDDEN: readonly [what: string, pattern: RegExp][] = [
  ["unfinished work", /\b(TODO|FIXME|XXX)\b/],
  [
    "a test that is switched off",
    /\b(test|it|describe)\s*\.\s*(skip|only|todo|failing)\b|\b(xit|xtest|xdescribe|fit|fdescribe)\(/,
  ],
  ["a hole in the types", /@ts-ignore|@ts-nocheck/],
  ["a lint rule switched off for a whole file", /biome-ignore-all/],
];

/** What is wrong with a file's text, in words. */
function complaints(text: string): string[] {
  const found = FORBIDDEN.filter(([, pattern]) => pattern.test(text)).map(([what]) => what);
  if (!/^(#!.*\n)?\/\*\*/.test(text)) found.push("no doc comment at its top");
  if (text.split("\n").length > MAX_LINES) found.push(`more than ${MAX_LINES} lines`);
  return found;
}

describe("every source file", () => {
  for (const path of files) {
    test(path, async () => {
      expect(complaints(await Bun.file(join(ROOT, path)).text())).toEqual([]);
    });
  }
});

test("the rules catch what they should", () => {
  const head = "/** @module x */\n";
  expect(complaints(`${head}export const fine = 1;`)).toEqual([]);
  expect(complaints("export const a = 1;")).toEqual(["no doc comment at its top"]);
  expect(complaints(`${head}// TODO later`)).toEqual(["unfinished work"]);
  expect(complaints(`${head}test.skip("x", () => {});`)).toEqual(["a test that is switched off"]);
  expect(complaints(`${head}// @ts-ignore`)).toEqual(["a hole in the types"]);
  expect(complaints(head + "\n".repeat(MAX_LINES))).toEqual([`more than ${MAX_LINES} lines`]);
});
