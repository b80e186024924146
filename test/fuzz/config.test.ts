/**
 * @module fuzz/config
 * Configuration files and environments as nobody should write them: what cannot be used is a ConfigError whose
 * sentences say where, and no secret is in one.
 */
import { expect, test } from "bun:test";
import { ConfigError, loadConfig, sections, variableOf } from "../../src/config/load.ts";
import { renderExample } from "../../src/config/render.ts";
import type { Key } from "../../src/config/table.ts";
import { Dice, PROTOTYPE_NAMES, seedOf } from "./dice.ts";

const seed = seedOf("config");
const rounds = Number(process.env.FUZZ_ROUNDS ?? 500);
const SECRET = "S3cret/of-the-fuzz";

const names = Object.entries(sections).flatMap(([section, { keys }]) =>
  Object.entries(keys).map(([key, kind]) => ({ section, key, kind })),
);

function value(dice: Dice, kind?: Key<unknown>): string {
  if (kind !== undefined && dice.chance(0.5)) return kind.format(kind.default);
  if (dice.chance(0.3)) return dice.text(3_000);
  if (dice.chance(0.2)) return String(dice.number());
  return dice.pick([
    "",
    "true",
    "yes",
    "0",
    "-1",
    "65536",
    "1/0",
    "0/1",
    "10/60",
    "::1",
    "[::1]:1",
    "a:b",
    "x y",
    '"',
    '"a',
    "#",
    "\\",
    "http://",
    "redis",
    "mysql",
    "/nope",
    "1e3",
    "99999999999999999999",
  ]);
}

function line(dice: Dice): string {
  const { section, key, kind } = dice.pick(names);
  switch (dice.below(9)) {
    case 0:
      return `[${dice.chance(0.5) ? section : dice.pick([...PROTOTYPE_NAMES, dice.text(20)])}`;
    case 1:
      return `[${dice.pick([...PROTOTYPE_NAMES, dice.text(20), section.toLowerCase()])}]`;
    case 2:
      return `${dice.pick([...PROTOTYPE_NAMES, dice.text(30)])} = ${value(dice)}`;
    case 3:
      return dice.text(500);
    case 4:
      return `[${section}]\n${key}${dice.pick([" ", "==", ":", ""])}${value(dice)}`;
    default:
      return `[${section}]\n${key} = ${kind.secret ? SECRET : value(dice, kind)}`;
  }
}

function file(dice: Dice): string {
  const lines = dice.chance(0.5)
    ? Array.from({ length: dice.below(12) }, () => line(dice))
    : renderExample().split("\n");
  for (let edits = dice.below(4); edits > 0; edits--)
    lines.splice(dice.below(lines.length + 1), dice.below(2), line(dice));
  return dice.pick(["", "\ufeff", "\0"]) + lines.join(dice.pick(["\n", "\n", "\r\n", "\r"]));
}

function environment(dice: Dice): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: dice.chance(0.5) ? 0 : dice.below(6) }, () => {
      const { section, key, kind } = dice.pick(names);
      const variable = dice.chance(0.7)
        ? variableOf(section, key)
        : dice.pick([
            `CHATSRV_${dice.text(20)}`,
            "CHATSRV_",
            variableOf(section, "__proto__"),
            "chatsrv_redis_port",
            "CHATSRV_REDIS_PORT_6379_TCP",
          ]);
      return [variable, kind.secret ? SECRET : value(dice, kind)];
    }),
  );
}

test("whatever is written, it is a configuration or an error that says where", () => {
  const dice = new Dice(seed);
  const counts = { good: 0, refused: 0 };
  for (let round = 0; round < rounds; round++) {
    const text = file(dice);
    const env = environment(dice);
    try {
      const { config } = loadConfig({ file: { path: "config.ini", text }, env });
      expect(Object.keys(config)).toEqual(Object.keys(sections));
      counts.good++;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      expect(error.problems.length).toBeGreaterThan(0);
      for (const problem of error.problems) {
        expect(problem).toMatch(/\S/);
        expect(problem).not.toContain(SECRET);
      }
      counts.refused++;
    }
  }
  expect(Object.keys(Object.prototype)).toEqual([]);
  // Both were reached, so the files were neither all good nor all hopeless.
  for (const count of Object.values(counts)) expect(count).toBeGreaterThan(0);
});
