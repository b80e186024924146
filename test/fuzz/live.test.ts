/**
 * @module fuzz/live
 * Hostile input against a live server, a few thousand of each kind, with two friends beside it. The long run
 * is `bun run fuzz`.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { Dice, seedOf } from "./dice.ts";
import { kinds } from "./kinds/index.ts";
import { startWorld, type World } from "./world.ts";

const seed = seedOf("live");
const rounds = Number(process.env.FUZZ_ROUNDS ?? 1_500);

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

for (const [name, kind] of Object.entries(kinds))
  test(`${name}: typed answers only, and nobody else notices`, async () => {
    const tally = await kind(world.target, new Dice(seed), rounds);
    console.log(`fuzz/live ${name}: ${[...tally.outcomes].map(([what, n]) => `${what} ${n}`).join(", ")}`);
    expect(tally.violations).toEqual([]);
    await world.pair.textPasses();
    expect(world.bugs()).toEqual([]);
  }, 60_000);
