/**
 * @module faults/schedule
 * Everything that may go wrong, and when it does: seeded, so that a run can be repeated.
 */
import type { Cast } from "./cast.ts";
import { type Fault, type Struck, USUAL_MS } from "./fault.ts";
import { CLOCK_STEP } from "./kinds/clocks.ts";
import { DISK_FULL } from "./kinds/disks.ts";
import { DATABASE_FAILOVER, REDIS_FAILOVER } from "./kinds/failovers.ts";
import { KILLS } from "./kinds/kills.ts";
import { LINKS } from "./kinds/links.ts";
import { WIRES } from "./kinds/wires.ts";
import { ZOMBIE } from "./kinds/zombies.ts";
import { fresh } from "./obstacles.ts";
import type { Random } from "./random.ts";
import { now, type Stage, sleep } from "./stage.ts";

export const FAULTS: readonly Fault[] = [
  ...KILLS,
  ...LINKS,
  ...WIRES,
  ZOMBIE,
  CLOCK_STEP,
  REDIS_FAILOVER,
  DISK_FULL,
  DATABASE_FAILOVER,
].filter(({ possible = true }) => possible);

export interface Schedule {
  readonly seconds: number;
  readonly faults: number;
  readonly kinds: readonly Fault[];
  /** Whether the run has shown enough. */
  readonly over: () => boolean;
}

/** Strikes and mends until the time is up. @returns how many faults struck */
export async function strikeAll(
  stage: Stage,
  cast: Cast,
  random: Random,
  { seconds, faults, kinds, over }: Schedule,
): Promise<number> {
  const startedAt = now();
  const everyMs = (seconds * 1_000) / Math.max(1, faults);
  const mending: Promise<void>[] = [];
  const pauseUntil = async (at: number) => {
    while (!over() && now() < at) await sleep(Math.min(100, at - now()));
  };
  let struck = 0;
  for (; struck < faults; struck++) {
    await pauseUntil(startedAt + everyMs * (struck + random.next() * 0.5));
    if (over()) break;
    // Each kind once before any twice: a short run meets them all.
    const fault = struck < kinds.length ? (kinds[struck] as Fault) : random.pick(kinds);
    const lastsMs = random.int(...(fault.lastsMs ?? USUAL_MS));
    const at = ((now() - startedAt) / 1_000).toFixed(1).padStart(7);
    try {
      const happened = await fault.strike(stage, cast, random);
      stage.say(`${at} s  ${fault.kind}: ${happened.target}, for ${lastsMs} ms`);
      mending.push(mendLater(stage, cast, fault, happened, lastsMs));
    } catch (error) {
      stage.say(`${at} s  ${fault.kind} could not strike: ${error}`);
    }
  }
  await pauseUntil(startedAt + seconds * 1_000);
  await Promise.all(mending);
  return struck;
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
