/**
 * @module arch/security-docs
 * SECURITY.md names for each rule the test that holds it, and that test is there; README's table of bounds is what the
 * configuration and the code say.
 */
import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { README, renderBounds } from "../support/bounds-docs.ts";

const ROOT = join(import.meta.dir, "../..");
const page = readFileSync(join(ROOT, "SECURITY.md"), "utf8");
const named = [...page.matchAll(/`(test\/[\w./-]+)`/g)].map(([, path = ""]) => path);

test("every test that SECURITY.md names is there", () => {
  expect(named.length).toBeGreaterThan(20);
  for (const path of named) expect([path, existsSync(join(ROOT, path))]).toEqual([path, true]);
});

test("every rule of SECURITY.md has a test", () => {
  const rules = page.split("\n").filter((line) => /^\| [^-]/.test(line) && !line.startsWith("| rule"));
  expect(rules.length).toBeGreaterThan(10);
  for (const rule of rules) expect(rule).toMatch(/`test\//);
});

test("README's table of bounds is fresh (else run: bun test/support/bounds-docs.ts --write)", () => {
  const readme = readFileSync(README, "utf8");
  expect(readme).toBe(renderBounds(readme));
  expect(() => renderBounds(readme.replace("<!-- end:bounds -->", ""))).toThrow("bounds");
});
