/**
 * @module faults/schedule
 * Everything that may go wrong, and when it does: seeded, so that a run can be repeated.
 */
import type { Cast } from "./cast.ts";
import { type Fault, type Struck, USUAL_MS } from "./fault.ts";
import { CLOCK_STEP } from "./kinds/clocks.ts";
import { KILLS } from "./kinds/kills.ts";
import { LINKS } from "./kinds/links.ts";
import { WIRES } from "./kinds/wires.ts";
import { ZOMBIE } from "./kinds/zombies.ts";
import { fresh } from "./obstacles.ts";
import type { Random } from "./random.ts";
import { now, type Stage, sleep } from "./stage.ts";

export const FAULTS: readonly Fault[] = [...KILLS, ...LINKS, ...WIRES, ZOMBIE, CLOCK_STEP].filter(
  ({ possible = true }) => possible,
);

export interface Schedule {
  readonly seconds: number;
  readonly faults: number;
  readonly kinds: readonly Fault[];
}

/** Strikes and mends until the time is up. @returns how many faults struck */
export async function strikeAll(
  stage: Stage,
  cast: Cast,
  random: Random,
  { seconds, faults, kinds }: Schedule,
): Promise<number> {
  const startedAt = now();
  const everyMs = (seconds * 1_000) / Math.max(1, faults);
  const mending: Promise<void>[] = [];
  for (let i = 0; i < faults; i++) {
    await sleep(startedAt + everyMs * (i + random.next() * 0.5) - now());
    // Each kind once before any twice: a short run meets them all.
    const fault = i < kinds.length ? (kinds[i] as Fault) : random.pick(kinds);
    const lastsMs = random.int(...(fault.lastsMs ?? USUAL_MS));
    const struck = await fault.strike(stage, cast, random);
    const at = ((now() - startedAt) / 1_000).toFixed(1).padStart(7);
    stage.say(`${at} s  ${fault.kind}: ${struck.target}, for ${lastsMs} ms`);
    mending.push(mendLater(stage, cast, fault, struck, lastsMs));
  }
  await sleep(startedAt + seconds * 1_000 - now());
  await Promise.all(mending);
  return faults;
}

async function mendLater(
  { world, say }: Stage,
  cast: Cast,
  { kind }: Fault,
  { obstacle, mend, target }: Struck,
  lastsMs: number,
): Promise<void> {
  const standing = fresh(obstacle);
  world.obstacles.add(standing);
  // Said while it lasts, and followed by silence: nothing heals what it breaks.
  await sleep(lastsMs * 0.6);
  void cast.whisper((_writer, chance) => chance < 0.3);
  await sleep(lastsMs * 0.4);
  try {
    await mend();
  } catch (error) {
    say(`          ${kind} of ${target} is not mended: ${error}`);
  } finally {
    world.obstacles.delete(standing);
  }
}
