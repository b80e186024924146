/**
 * @module arch/mutants
 * The words that a build is broken by (test/faults/mutants) are in the sources, and what stands there instead means
 * something: a mutant that changes nothing, or asks for a field that is not there any more, proves nothing.
 */
import { describe, expect, test } from "bun:test";
import { cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MUTANTS } from "../faults/mutants/index.ts";
import { tempDir } from "../support/tempdir.ts";

const ROOT = join(import.meta.dir, "../..");

describe("a mutant replaces words that are there", () => {
  for (const { name, changes } of MUTANTS)
    test(name, async () => {
      for (const { file, replace } of changes)
        expect(await Bun.file(join(ROOT, file)).text()).toContain(replace);
    });
});

test("what a mutant puts there is of the right types", () => {
  const dir = tempDir("mutants");
  for (const part of ["src", "package.json", "tsconfig.json"])
    cpSync(join(ROOT, part), join(dir, part), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(dir, "node_modules"));
  // Each beside the file that it is made of, so that one pass of the compiler sees them all.
  const include = ["src/types.d.ts"];
  MUTANTS.forEach(({ changes }, index) => {
    for (const file of new Set(changes.map((change) => change.file))) {
      let text = readFileSync(join(ROOT, file), "utf8");
      for (const change of changes)
        if (change.file === file) text = text.replace(change.replace, () => change.by);
      const copy = file.replace(/\.ts$/, `.mutant-${index}.ts`);
      writeFileSync(join(dir, copy), text);
      include.push(copy);
    }
  });
  const loose = { noUnusedLocals: false, noUnusedParameters: false, allowUnreachableCode: true };
  const config = { extends: "./tsconfig.json", compilerOptions: loose, include };
  writeFileSync(join(dir, "mutants.json"), JSON.stringify(config));
  const tsc = Bun.spawnSync([process.execPath, "node_modules/.bin/tsc", "--project", "mutants.json"], {
    cwd: dir,
  });
  const said = tsc.stdout.toString().replace(/\S*\.mutant-(\d+)\.ts/g, (path, index) => {
    return `${MUTANTS[Number(index)]?.name}: ${path}`;
  });
  expect(said).toBe("");
  expect(tsc.exitCode).toBe(0);
});
