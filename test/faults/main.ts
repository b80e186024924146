/**
 * @module faults/main
 * `bun run test:faults [--seed=N] [--seconds=N] [--faults=N] [--only=WORD] [--scenes=WORD,WORD] [--within=MS]
 * [--commit=C] [--beside=C] [--logs=DIR]`: a cluster under load and faults (those whose kind holds WORD), and the proof from what
 * everybody saw. `--commit` runs the sources of another commit, `--beside` has nodes restarted with that one's to and
 * fro, and counts only what both promise. `--logs` keeps what every process wrote in DIR, and puts the time of day before
 * each line of the course, as the logs have it. Exit code 1 when a guarantee was broken.
 * `--mutants` runs the builds that are broken on purpose instead; exit code 1 when one is not found out.
 */
import { parseArgs } from "node:util";
import { closeAll } from "../support/cleanup.ts";
import { buildCommit } from "./builds.ts";
import { MUTANTS, runMutant } from "./mutants/index.ts";
import { OF_EVERY_BUILD, RULES } from "./rules.ts";
import { run } from "./run.ts";
import { SCENES } from "./scenes/index.ts";
import { FAULTS } from "./schedule.ts";

const SHOWN_EACH = 5;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
      seconds: { type: "string", default: "60" },
      faults: { type: "string", default: "12" },
      within: { type: "string", default: "10000" },
      only: { type: "string", default: "" },
      scenes: { type: "string" },
      commit: { type: "string" },
      beside: { type: "string" },
      logs: { type: "string" },
      mutants: { type: "boolean", default: false },
    },
  });
  const timeOfDay = () => (values.logs === undefined ? "" : `${new Date().toISOString().slice(11, 23)} `);
  const say = (line: string) => process.stdout.write(`${timeOfDay()}${line}\n`);
  const [seed, seconds, faults, withinMs] = [values.seed, values.seconds, values.faults, values.within].map(
    Number,
  ) as [number, number, number, number];
  if (values.mutants) return await mutants(seed, values.only, say);
  const scenes = values.scenes?.split(",").filter((word) => word !== "");
  const { violations, broken, struck, counts } = await run({
    ...{ seed, seconds, faults, withinMs, say },
    kinds: FAULTS.filter(({ kind }) => kind.includes(values.only)),
    scenes: SCENES.filter(({ name }) => scenes?.some((word) => name.includes(word)) ?? true),
    ...(values.logs !== undefined && { logs: values.logs }),
    ...(values.commit !== undefined && { command: buildCommit(values.commit) }),
    ...(values.beside !== undefined && { beside: buildCommit(values.beside) }),
  });
  say(
    `seed ${seed}, ${struck} faults, ${Object.entries(counts)
      .map(([what, count]) => `${count} ${what}`)
      .join(", ")}`,
  );
  const counted = [...broken.keys()].filter(
    (rule) => values.beside === undefined || OF_EVERY_BUILD.has(rule),
  );
  for (const [rule, count] of broken) {
    say(`  ${count} times: ${rule} (${RULES[rule]})`);
    for (const { what } of violations.filter((one) => one.rule === rule).slice(0, SHOWN_EACH))
      say(`      ${what}`);
  }
  if (counted.length < broken.size) say("a fleet of two builds promises fewer of these");
  say(counted.length === 0 ? "verdict: every guarantee held" : `verdict: broken: ${counted.join("; ")}`);
  return counted.length === 0 ? 0 : 1;
}

/** Every mutant is to be found out. */
async function mutants(seed: number, only: string, say: (line: string) => void): Promise<number> {
  let missed = 0;
  for (const mutant of MUTANTS.filter(({ name }) => name.includes(only))) {
    const { broken } = await runMutant(mutant, seed, say);
    const found = broken.get(mutant.breaks) ?? 0;
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
