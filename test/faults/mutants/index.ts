/**
 * @module faults/mutants
 * All builds that are broken on purpose, and a run against one.
 */
import { buildChanged } from "../builds.ts";
import { type RunResult, run } from "../run.ts";
import { DELIVERY_MUTANTS } from "./delivery.ts";
import type { Mutant } from "./mutant.ts";
import { RIGHTS_MUTANTS } from "./rights.ts";
import { STORE_MUTANTS } from "./store.ts";

export const MUTANTS: readonly Mutant[] = [...STORE_MUTANTS, ...DELIVERY_MUTANTS, ...RIGHTS_MUTANTS];

/** Long enough for most differences to show, seconds. */
const SECONDS = 12;
/** A build that loses messages never settles; it is not waited for long. Milliseconds. */
const SETTLE_MS = 9_000;
/** What a mutant loses never comes: it need not be waited for as long as what is late. Milliseconds. */
const WITHIN_MS = 4_000;

/** One run against a mutant; its violations should hold what it breaks. */
export function runMutant(mutant: Mutant, seed: number, say: (line: string) => void): Promise<RunResult> {
  say(`mutant: ${mutant.name}`);
  return run({
    seed,
    seconds: mutant.seconds ?? SECONDS,
    faults: mutant.faults?.count ?? 0,
    kinds: mutant.faults?.kinds ?? [],
    scenes: mutant.scenes ?? [],
    command: buildChanged(mutant.name, mutant.changes),
    settleMs: SETTLE_MS,
    withinMs: WITHIN_MS,
    lookingFor: mutant.breaks,
    say,
  });
}
