/**
 * @module arch/dialects
 * A protocol is chosen in one place; everybody else asks the dialect.
 */
import { expect, test } from "bun:test";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "../..");
const CHOSEN_IN = "src/chat/dialects/dialects.ts";

/** Whether a text compares a protocol's number, or asks which dialect it has before it. */
const choosesProtocol = (text: string): boolean =>
  /\bproto\b\s*(?:[<>]=?|[=!]==?)|\binstanceof (?:Original|Protocol2)\b/.test(text);

test("a protocol is chosen in one file of the server", async () => {
  const found: string[] = [];
  for (const path of new Bun.Glob("src/{chat,services,roles,net,rpc}/**/*.ts").scanSync(ROOT))
    if (choosesProtocol(await Bun.file(join(ROOT, path)).text())) found.push(path);
  expect(found).toEqual([CHOSEN_IN]);
});

test("the rule catches what it should", () => {
  for (const text of ["if (session.proto === 2)", "proto >= 2 ?", "proto !== 1", "x instanceof Protocol2"])
    expect(choosesProtocol(text)).toBe(true);
  for (const text of ["proto: dialect.proto,", "proto = 1", "a protocol === b"])
    expect(choosesProtocol(text)).toBe(false);
});
