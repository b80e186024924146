/**
 * @module arch/mutants
 * The words that a build is broken by (test/faults/mutants) are in the sources: one that changes nothing proves nothing.
 */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { MUTANTS } from "../faults/mutants/index.ts";

const ROOT = join(import.meta.dir, "../..");

describe("a mutant replaces words that are there", () => {
  for (const { name, changes } of MUTANTS)
    test(name, async () => {
      for (const { file, replace } of changes)
        expect(await Bun.file(join(ROOT, file)).text()).toContain(replace);
    });
});
