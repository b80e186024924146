/**
 * @module faults/run
 * One run: people, load, faults, quiet, verdict.
 */
import { join } from "node:path";
import { until } from "../support/until.ts";
import { buildChanged } from "./builds.ts";
import { Cast } from "./cast.ts";
import type { Fault } from "./fault.ts";
import { checkDevices, checkStore } from "./final.ts";
import { DISK_FULL } from "./kinds/disks.ts";
import { DATABASE_FAILOVER } from "./kinds/failovers.ts";
import { Ledger } from "./ledger.ts";
import { checkNewborns } from "./newborn.ts";
import { Random } from "./random.ts";
import { checkResources, measure, type Resources, resourcesInWords } from "./resources.ts";
import { type Rule, Verdict, type Violation } from "./rules.ts";
import { SCENES } from "./scenes/index.ts";
import { play, type Scene } from "./scenes/scene.ts";
import { FAULTS, strikeAll } from "./schedule.ts";
import { Friendships, now, type Stage, sleep } from "./stage.ts";
import { World, type WorldOptions } from "./world.ts";

export interface RunOptions extends Pick<WorldOptions, "command" | "beside"> {
  readonly seed: number;
  /** How long the load goes on, at least. */
  readonly seconds: number;
  /** How many faults strike; they are spread over the time. */
  readonly faults: number;
  /** Which faults may strike; all unless given. */
  readonly kinds?: readonly Fault[];
  /** Which scenes are played; all unless given. */
  readonly scenes?: readonly Scene[];
  /** How long everybody may take to have everything at the end, milliseconds; a minute unless given. */
  readonly settleMs?: number;
  /** How long a connected device may lack what it is to be shown, milliseconds; 10 s unless given. */
  readonly withinMs?: number;
  /** When this rule is found broken the run has shown what it was to show, and ends. */
  readonly lookingFor?: Rule;
  /** A folder for what every process of ours wrote; nothing is kept unless given. */
  readonly logs?: string;
  readonly say: (line: string) => void;
}

export interface RunResult {
  readonly violations: readonly Violation[];
  /** How often each rule was broken. */
  readonly broken: ReadonlyMap<Rule, number>;
  readonly struck: number;
  readonly counts: Readonly<Record<string, number>>;
}

const WITHIN_MS = 10_000;
/** A longer run goes slower, so that what is known of its texts fits into memory: about 100,000 of them. Seconds. */
const FULL_PACE_S = 300;
const CENSUS_EVERY_MS = 500;

export async function run(options: RunOptions): Promise<RunResult> {
  const { seed, seconds, faults, say, kinds = FAULTS, scenes = SCENES, withinMs = WITHIN_MS } = options;
  say(
    `seed ${seed}: ${faults} faults in ${seconds} s; a connected device is shown a text within ${withinMs / 1_000} s`,
  );
  const world = await World.start({
    // A copy: who works on the sources meanwhile does not change what is restarted.
    command: options.command ?? buildChanged("the sources as they are", []),
    ...(options.beside !== undefined && { beside: options.beside }),
    replica: faults > 0 && kinds.includes(DATABASE_FAILOVER),
    smallDisk: faults > 0 && kinds.includes(DISK_FULL),
  });
  const verdict = new Verdict(({ rule, what }) => say(`          ! ${rule}: ${what}`));
  const stage: Stage = {
    ...{ world, verdict, withinMs, say },
    api: world.cluster.api(),
    ledger: new Ledger(verdict),
    friends: new Friendships(),
  };
  let cast: Cast | undefined;
  try {
    cast = await Cast.assemble(stage, seed);
    const slower = Math.max(1, seconds / FULL_PACE_S);
    const playing = await play(scenes, stage, cast, new Random(seed + 2), slower);
    const talking = cast.talk(slower);
    const before = await measure(world);
    say(`at the start: ${resourcesInWords(before)}`);
    const census = setInterval(() => countProcesses(stage), CENSUS_EVERY_MS);
    const found = () => options.lookingFor !== undefined && verdict.count(options.lookingFor) > 0;
    const schedule = { seconds, faults, kinds, over: found };
    const struck = await strikeAll(stage, cast, new Random(seed), schedule);
    clearInterval(census);
    await Promise.all([talking.stop(), playing.stop()]);
    const stored = found() ? 0 : await conclude(stage, cast, before, options.settleMs ?? 60_000, found);
    return result(stage, cast, struck, stored, playing.rounds);
  } finally {
    cast?.close();
    await world.stop();
    if (options.logs !== undefined) await keepLogs(world, options.logs);
  }
}

/** Everything whole again and quiet, and the verdict on it. @returns how many messages the store holds */
async function conclude(
  stage: Stage,
  cast: Cast,
  before: Resources,
  settleMs: number,
  found: () => boolean,
): Promise<number> {
  const { world, say, verdict } = stage;
  await world.heal();
  const settled = await settle(stage, cast, settleMs, found);
  if (!settled) tellWhy(stage, cast);
  const { what, seenAt } = cast.watch.longest;
  say(`missing for longest, until ${seenAt.toISOString().slice(11, 23)}: ${what}`);
  const after = await measure(world);
  say(`at the end:   ${resourcesInWords(after)}`);
  checkResources(before, after, cast.devices.length, verdict);
  const stored = await checkStore(stage, cast);
  checkDevices(stage, cast);
  if (settled && !found()) await checkNewborns(stage, cast);
  if (settled && !found()) for (const changes of cast.changes) await changes.conclude();
  return stored;
}

/** Waits until every text is settled and nothing is missing or wrong that is still in its time. */
async function settle(
  { withinMs }: Stage,
  cast: Cast,
  timeoutMs: number,
  found: () => boolean,
): Promise<boolean> {
  try {
    const nobodyWaits = () => cast.devices.every(({ waiting, off }) => waiting === 0 || off);
    const isWhole = () =>
      cast.watch.missing === 0 && ![...cast.groups, ...cast.changes].some(({ missing }) => missing);
    const quiet = () => found() || (nobodyWaits() && isWhole());
    await until(quiet, { timeoutMs, intervalMs: 200, what: "all devices to have everything" });
    // What is wrong about presence and receipts shows after its time.
    for (const until = now() + withinMs * 2 + 1_000; !found() && now() < until; ) await sleep(100);
    return true;
  } catch {
    return false;
  }
}

async function keepLogs(world: World, folder: string): Promise<void> {
  const zombies = world.zombies.map(({ process }) => process);
  for (const [i, one] of [...world.processes, ...zombies].entries())
    await Bun.write(join(folder, `${i} ${one.name.replace("chatsrv ", "")}.log`), one.log());
}

function countProcesses({ world, verdict }: Stage): void {
  for (const process of [...world.processes, world.database, world.redis]) {
    if (process.running || world.down.has(process)) continue;
    world.down.add(process);
    verdict.add("a process died by itself", process.name);
  }
}

function tellWhy({ world, say }: Stage, cast: Cast): void {
  say("not everybody has everything in time:");
  for (const { name, client, waiting, screen } of cast.devices)
    if (waiting > 0 || client.state !== "online")
      say(`  ${name}: ${client.state}, ${waiting} texts waiting, ${screen.count} shown`);
  for (const one of world.processes) {
    const warnings = one.lines().filter(({ level }) => level === "warn" || level === "error");
    say(`  ${one.name}: ${one.running ? "runs" : "down"}, ${warnings.length} warnings`);
    for (const line of warnings.slice(-3)) say(`    ${JSON.stringify(line).slice(0, 300)}`);
  }
}

function result(
  { ledger, verdict }: Stage,
  { watch, devices }: Cast,
  struck: number,
  stored: number,
  rounds: ReadonlyMap<string, number>,
): RunResult {
  const texts = [...ledger.texts];
  const counts = {
    sent: texts.length,
    acknowledged: texts.filter(({ ackedAt }) => ackedAt !== undefined).length,
    refused: texts.filter(({ refused }) => refused !== undefined).length,
    stored,
    devices: devices.length,
    shown: devices.reduce((sum, { screen }) => sum + screen.count, 0),
    "ms the longest missing": watch.longest.ms,
    ...Object.fromEntries(rounds),
  };
  return { violations: verdict.violations, broken: verdict.counts, struck, counts };
}
