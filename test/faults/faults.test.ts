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

/** The rules that find a mutant: a late text is named by its circumstances, and the first of a friendship is often it. */
const namesOf = (rule: Rule): readonly Rule[] =>
  rule === "not shown in time" ? [rule, "first text of a friendship not shown"] : [rule];

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
      if (violations.length > 0) console.error(course.join("\n"));
      expect(violations.slice(0, 20)).toEqual([]);
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
        const found = [...broken.keys()].filter((rule) => namesOf(mutant.breaks).includes(rule));
        if (found.length === 0) console.error(course.join("\n"), counts);
        expect(found).not.toEqual([]);
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
