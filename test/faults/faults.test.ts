/**
 * @module A short fault run holds every guarantee, and the checker sees builds that do not.
 * `bun run test:faults` runs longer, with other seeds and with every mutant.
 */
import { describe, expect, test } from "bun:test";
import { buildChanged } from "./builds.ts";
import { MUTANTS, runMutant } from "./mutants/index.ts";
import type { Rule } from "./rules.ts";
import { run } from "./run.ts";
import { FAULTS } from "./schedule.ts";

const SEED = 1;
const SECONDS = 60;
/** Start, load, settling and the verdict, milliseconds. */
const TIMEOUT_MS = 180_000;

/** What is known to break still; to be emptied, never to grow. */
const KNOWN: ReadonlySet<Rule> = new Set<Rule>([
  "presence is wrong",
  "presence went back",
  "not shown by the original's client",
]);

/** The course of a run, shown when it fails. */
const course: string[] = [];
const say = (line: string) => void course.push(line);

describe("faults", () => {
  test(
    "every kind of fault once: every guarantee holds",
    async () => {
      course.length = 0;
      const faults = FAULTS.length;
      const { violations, struck, counts } = await run({ seed: SEED, seconds: SECONDS, faults, say });
      const unknown = violations.filter(({ rule }) => !KNOWN.has(rule));
      if (unknown.length > 0) console.error(course.join("\n"));
      expect(unknown.slice(0, 20)).toEqual([]);
      expect(struck).toBe(faults);
      expect(counts.acknowledged).toBeGreaterThan(1_000);
    },
    TIMEOUT_MS,
  );

  for (const mutant of MUTANTS.filter(({ short }) => short === true))
    test(
      `a build that would ${mutant.name} is found out`,
      async () => {
        course.length = 0;
        const { broken, counts } = await runMutant(mutant, SEED, say);
        if (!broken.has(mutant.breaks)) console.error(course.join("\n"), counts);
        expect([...broken.keys()]).toContain(mutant.breaks);
      },
      TIMEOUT_MS,
    );

  test("a mutant whose text is gone is no mutant", () => {
    const change = { file: "src/main.ts", replace: "no such text", by: "" };
    expect(() => buildChanged("none", [change])).toThrow("does not hold exactly once");
  });

  test("the words that every mutant replaces are there", () => {
    for (const { name, changes } of MUTANTS) expect(buildChanged(name, changes)).toHaveLength(2);
  });
});
