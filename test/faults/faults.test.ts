/**
 * @module A short fault run holds every guarantee, and the checker sees builds that do not.
 * `bun run test:faults` runs longer and with other seeds.
 */
import { describe, expect, test } from "bun:test";
import { buildMutant, MUTANTS, runMutant } from "./mutants.ts";
import { run } from "./run.ts";
import { FAULTS } from "./schedule.ts";

const SEED = 1;
const SECONDS = 50;
/** Start, load, settling and the verdict, milliseconds. */
const TIMEOUT_MS = 180_000;

/** The course of a run, shown when it fails. */
const course: string[] = [];
const say = (line: string) => void course.push(line);

describe("faults", () => {
  test(
    "every kind of fault once: every guarantee holds",
    async () => {
      course.length = 0;
      const faults = FAULTS.length + 1;
      const { violations, struck, counts } = await run({ seed: SEED, seconds: SECONDS, faults, say });
      if (violations.length > 0) console.error(course.join("\n"));
      expect(violations.slice(0, 20)).toEqual([]);
      expect(struck).toBe(faults);
      expect(counts.acknowledged).toBe(counts.sent ?? 0);
      expect(counts.acknowledged).toBeGreaterThan(1_000);
    },
    TIMEOUT_MS,
  );

  for (const mutant of MUTANTS)
    test(
      `a build that would ${mutant.name} is found out`,
      async () => {
        course.length = 0;
        const { violations, counts } = await runMutant(mutant, SEED, say);
        const rules = violations.map(({ rule }) => rule);
        if (!rules.includes(mutant.breaks)) console.error(course.join("\n"), counts);
        expect(rules).toContain(mutant.breaks);
      },
      TIMEOUT_MS,
    );

  test("a mutant whose text is gone is no mutant", () => {
    const [mutant] = MUTANTS;
    if (mutant === undefined) throw new Error("no mutants");
    expect(() => buildMutant({ ...mutant, replace: "no such text" })).toThrow("does not hold exactly once");
  });
});
