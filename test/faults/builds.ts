/**
 * @module faults/builds
 * Other sources than these to run against: those of a commit, or these with a few words replaced. Copies in temporary
 * folders; nothing in the sources knows of them.
 */
import { cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempDir } from "../support/tempdir.ts";

const ROOT = join(import.meta.dir, "../..");
/** What the sources need beside them. */
const PARTS = ["src", "drizzle", "package.json", "tsconfig.json"];

/** How a build is started: program and first arguments. */
export type Command = readonly string[];

/** Words of one file to be replaced by others. */
export interface Change {
  /** Below the root of the project. */
  readonly file: string;
  readonly replace: string;
  readonly by: string;
}

/** The sources of a commit of this repository. @throws Error when there is no such commit */
export function buildCommit(commit: string): Command {
  const dir = tempDir("build");
  const archive = Bun.spawnSync(["git", "archive", commit, ...PARTS], { cwd: ROOT });
  const unpack =
    archive.exitCode === 0 ? Bun.spawnSync(["tar", "-x", "-C", dir], { stdin: archive.stdout }) : archive;
  if (unpack.exitCode !== 0) throw new Error(`commit ${commit}: ${unpack.stderr}`);
  return commandOf(dir);
}

/** These sources, changed. @throws Error when a text to replace is not there exactly once. */
export function buildChanged(name: string, changes: readonly Change[]): Command {
  const dir = tempDir("mutant");
  for (const part of PARTS) cpSync(join(ROOT, part), join(dir, part), { recursive: true });
  for (const { file, replace, by } of changes) {
    const target = join(dir, file);
    const [before, after, ...more] = readFileSync(target, "utf8").split(replace);
    if (before === undefined || after === undefined || more.length > 0)
      throw new Error(`mutant "${name}": ${file} does not hold exactly once: ${replace}`);
    writeFileSync(target, before + by + after);
  }
  return commandOf(dir);
}

function commandOf(dir: string): Command {
  symlinkSync(join(ROOT, "node_modules"), join(dir, "node_modules"));
  return [process.execPath, join(dir, "src/main.ts")];
}
