/**
 * @module arch/generated
 * What is generated and committed is what its sources generate today; otherwise run `bun run generate`.
 */

import { describe, expect, test } from "bun:test";
import { cpSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { tempDir } from "../support/tempdir.ts";

const ROOT = join(import.meta.dir, "../..");

/** Path below `dir` -> content, of every file. */
function tree(dir: string): Record<string, string> {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(paths.map((path) => [relative(dir, path), readFileSync(path, "utf8")]));
}

/** Runs a generator of node_modules from the root, on Bun whether or not there is Node; returns what it printed. */
function generate(...command: string[]): string {
  const run = Bun.spawnSync([process.execPath, "run", "--bun", ...command], { cwd: ROOT, stdin: "ignore" });
  if (run.exitCode !== 0) throw new Error(`${command.join(" ")}: ${run.stdout}${run.stderr}`);
  return run.stdout.toString();
}

test("src/rpc/gen is what proto/ generates", () => {
  const out = tempDir("buf");
  generate("buf", "generate", "proto", "--template", "proto/buf.gen.yaml", "-o", out);
  const fresh = tree(join(out, "src/rpc/gen"));
  expect(Object.keys(fresh).length).toBeGreaterThan(0);
  expect(tree(join(ROOT, "src/rpc/gen"))).toEqual(fresh);
});

describe("the migrations are all that the schema needs", () => {
  for (const dialect of ["mysql", "sqlite"]) {
    test(dialect, () => {
      const out = join(tempDir(`drizzle-${dialect}`), dialect);
      cpSync(join(ROOT, "drizzle", dialect), out, { recursive: true });
      const committed = tree(out);
      expect(Object.keys(committed).some((path) => path.endsWith(".sql"))).toBe(true);
      // drizzle-kit takes its output's path as relative to where it runs.
      const options = [`--schema=src/store/${dialect}/schema.ts`, `--out=${relative(ROOT, out)}`];
      // It asks, and then writes nothing, where a change may be a renaming: only this sentence means no change.
      const printed = generate("drizzle-kit", "generate", `--dialect=${dialect}`, ...options);
      expect(printed).toContain("No schema changes");
      expect(tree(out)).toEqual(committed);
    });
  }
});
