/**
 * @module faults/mutants
 * Builds that are broken on purpose, to show that the checker sees it: copies of the sources in a temporary
 * folder with a few words replaced. Nothing in the sources knows of them; when a text to be replaced is gone,
 * making the build fails.
 */
import { cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempDir } from "../support/tempdir.ts";
import type { Rule } from "./checker.ts";
import { type RunResult, run } from "./run.ts";
import { type Fault, LOST_ANSWERS, LOST_COMMITS } from "./schedule.ts";

const ROOT = join(import.meta.dir, "../..");
/** What the sources need beside them. */
const PARTS = ["src", "drizzle", "package.json", "tsconfig.json"];

export interface Mutant {
  readonly name: string;
  /** Below the root of the project. */
  readonly file: string;
  readonly replace: string;
  readonly by: string;
  /** Faults under which the difference shows. */
  readonly faults: { readonly count: number; readonly kinds: readonly Fault[] };
  /** What the checker is to find, whatever else it finds. */
  readonly breaks: Rule;
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: "acknowledge before commit",
    file: "src/store/mysql/pool.ts",
    replace: 'await client.query("COMMIT");',
    by: 'client.query("COMMIT").catch(() => {});',
    faults: { count: 8, kinds: [LOST_COMMITS] },
    breaks: "acknowledged but not stored",
  },
  {
    // Of texts only: the run makes friends before it begins. All of them: what follows a dropped text has a
    // session read the gap from the store, so only a last one that is lost for sure is found for sure.
    name: "drop batches to peers",
    file: "src/rpc/peer-link.ts",
    replace: '"chatsrv.cluster.EventBatch", id: batch.id, events }',
    by: '"chatsrv.cluster.EventBatch", id: batch.id, events: events.filter(({ event }) => event.case !== "texts") }',
    faults: { count: 0, kinds: [] },
    breaks: "never reached a device",
  },
  {
    name: "skip dedup",
    file: "src/store/mysql/append.ts",
    replace: "rows.push([conversation, seq, sender, clientId, kind, body, at]);",
    by: "rows.push([conversation, seq, sender, clientId + crypto.randomUUID().slice(0, 8), kind, body, at]);",
    faults: { count: 6, kinds: [LOST_ANSWERS] },
    breaks: "stored twice",
  },
];

/** Long enough for the difference to show, seconds. */
const SECONDS = 12;
/** A build that loses messages never settles; it is not waited for long. Milliseconds. */
const SETTLE_MS = 5_000;

/** One run against a mutant; its violations should hold what it breaks. */
export function runMutant(mutant: Mutant, seed: number, say: (line: string) => void): Promise<RunResult> {
  say(`mutant: ${mutant.name}`);
  return run({
    seed,
    seconds: SECONDS,
    faults: mutant.faults.count,
    kinds: mutant.faults.kinds,
    command: buildMutant(mutant),
    settleMs: SETTLE_MS,
    say,
  });
}

/** @returns how the build is started. @throws Error when the text to replace is not there exactly once. */
export function buildMutant({ name, file, replace, by }: Mutant): readonly string[] {
  const dir = tempDir("mutant");
  for (const part of PARTS) cpSync(join(ROOT, part), join(dir, part), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(dir, "node_modules"));
  const target = join(dir, file);
  const [before, after, ...more] = readFileSync(target, "utf8").split(replace);
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(`mutant "${name}": ${file} does not hold exactly once: ${replace}`);
  writeFileSync(target, before + by + after);
  return [process.execPath, join(dir, "src/main.ts")];
}
