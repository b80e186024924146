/**
 * @module faults/main
 * `bun run test:faults [--seed=N] [--seconds=N] [--faults=N] [--only=WORD]`: a cluster under load and faults
 * (those whose kind holds WORD), and the proof from what everybody saw. Exit code 1 when a guarantee was broken.
 * `--mutants` runs the builds that are broken on purpose instead; exit code 1 when one is not found out.
 */
import { parseArgs } from "node:util";
import { closeAll } from "../support/cleanup.ts";
import { MUTANTS, runMutant } from "./mutants.ts";
import { run } from "./run.ts";
import { FAULTS } from "./schedule.ts";

const SHOWN_VIOLATIONS = 30;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
      seconds: { type: "string", default: "60" },
      faults: { type: "string", default: "12" },
      only: { type: "string", default: "" },
      mutants: { type: "boolean", default: false },
    },
  });
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const [seed, seconds, faults] = [Number(values.seed), Number(values.seconds), Number(values.faults)];
  if (values.mutants) return await mutants(seed, say);
  const kinds = FAULTS.filter(({ kind }) => kind.includes(values.only));
  const { violations, struck, counts } = await run({ seed, seconds, faults, kinds, say });
  say(
    `seed ${seed}, ${struck} faults, ${Object.entries(counts)
      .map(([what, count]) => `${count} ${what}`)
      .join(", ")}`,
  );
  for (const { rule, what } of violations.slice(0, SHOWN_VIOLATIONS)) say(`  ${rule}: ${what}`);
  say(violations.length === 0 ? "verdict: every guarantee held" : `verdict: ${violations.length} violations`);
  return violations.length === 0 ? 0 : 1;
}

/** Every mutant is to be found out. */
async function mutants(seed: number, say: (line: string) => void): Promise<number> {
  let missed = 0;
  for (const mutant of MUTANTS) {
    const { violations } = await runMutant(mutant, seed, say);
    const found = violations.filter(({ rule }) => rule === mutant.breaks).length;
    say(found > 0 ? `found out: ${found} times ${mutant.breaks}` : `NOT found out: nothing ${mutant.breaks}`);
    if (found === 0) missed++;
  }
  return missed === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} finally {
  await closeAll();
}
process.exit();
