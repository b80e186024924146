/**
 * @module faults/run
 * One run: load, faults, quiet, verdict.
 */

import { until } from "../support/until.ts";
import { befriend, makeUsers } from "../support/users.ts";
import { check, type Violation } from "./checker.ts";
import { concerns, conversationOf, type History } from "./history.ts";
import { Device } from "./people.ts";
import { Random } from "./random.ts";
import { FAULTS, type Fault } from "./schedule.ts";
import { World } from "./world.ts";

export interface RunOptions {
  readonly seed: number;
  /** How long the load goes on, at least. */
  readonly seconds: number;
  /** How many faults strike; they are spread over the time. */
  readonly faults: number;
  /** Which faults may strike; all unless given. */
  readonly kinds?: readonly Fault[];
  /** Program and first arguments of the build; the sources unless given. */
  readonly command?: readonly string[];
  /** How long everybody may take to have everything at the end, milliseconds; a minute unless given. */
  readonly settleMs?: number;
  readonly say: (line: string) => void;
}

export interface RunResult {
  readonly violations: readonly Violation[];
  readonly struck: number;
  readonly counts: Readonly<Record<string, number>>;
}

const USERS = 6;
/** Who writes to whom, by number; both ways in some. */
const LANES = [
  [0, 1],
  [1, 0],
  [2, 3],
  [3, 2],
  [4, 5],
  [0, 2],
  [2, 0],
  [5, 1],
] as const;
/** Two devices for these users. */
const DOUBLE = new Set([0, 2]);
/** A device does not run farther ahead than this. */
const MAX_WAITING = 200;
/** A longer run goes slower, so that its history fits into memory: about 100,000 texts. Seconds. */
const FULL_PACE_S = 300;

export async function run(options: RunOptions): Promise<RunResult> {
  const { seed, seconds, say, kinds = FAULTS } = options;
  const random = new Random(seed);
  say(`seed ${seed}: ${options.faults} faults in ${seconds} s`);
  const world = await World.start(options.command);
  try {
    const devices = await assemble(world);
    // Of its own: what clients draw must not change the schedule.
    const talking = talk(devices, new Random(seed + 1), Math.max(1, seconds / FULL_PACE_S));
    const struck = await strikeAll(world, random, { ...options, kinds });
    await talking.stop();
    await world.heal();
    const settled = await settle(world, devices, options.settleMs ?? 60_000);
    if (!settled) {
      say("not everybody has everything in time:");
      for (const { device, client, waiting, shown } of devices)
        say(`  ${device}: ${client.state}, ${waiting} texts waiting, ${shown.length} shown`);
      for (const one of world.cluster.processes) {
        const warnings = one.lines().filter(({ level }) => level === "warn" || level === "error");
        say(`  ${one.name}: ${one.running ? "runs" : "down"}, ${warnings.length} warnings`);
        for (const line of warnings.slice(-3)) say(`    ${JSON.stringify(line).slice(0, 300)}`);
      }
    }
    const history = await gather(world, devices);
    const violations = check(history);
    const counts = {
      sent: history.sent.length,
      acknowledged: history.sent.filter(({ acked }) => acked !== undefined).length,
      stored: history.stored.length,
      sessions: history.sessions.length,
      pushed: history.sessions.reduce((sum, { pushed }) => sum + pushed.length, 0),
      shown: history.devices.reduce((sum, { shown }) => sum + shown.length, 0),
    };
    for (const { client } of devices) client.close();
    return { violations, struck, counts };
  } finally {
    await world.stop();
  }
}

/** Accounts, friendships, connected devices. */
async function assemble(world: World): Promise<Device[]> {
  const api = world.cluster.api();
  const users = await makeUsers(world.cluster, api, USERS, "fault");
  const devices = users.flatMap((user, i) =>
    (DOUBLE.has(i) ? ["a", "b"] : ["a"]).map((letter) => new Device(`${i}${letter}`, user, api, world)),
  );
  await Promise.all(devices.map(({ client }) => client.connect()));
  const first = (i: number) => devices.find(({ device }) => device === `${i}a`) as Device;
  const pairs = new Map(LANES.map(([a, b]) => [Math.min(a, b) * USERS + Math.max(a, b), [a, b] as const]));
  for (const [a, b] of pairs.values()) await befriend(first(a).client, first(b).client);
  return devices;
}

/** Keeps every lane busy at an uneven pace until stopped. */
function talk(devices: readonly Device[], random: Random, slower: number) {
  let on = true;
  const userOf = (i: number) => (devices.find(({ device }) => device === `${i}a`) as Device).user;
  const lanes = LANES.flatMap(([from, to]) =>
    devices
      .filter(({ device }) => device.startsWith(String(from)))
      .map(async (device) => {
        while (on) {
          if (device.waiting < MAX_WAITING) device.say(userOf(to));
          await new Promise((resolve) => setTimeout(resolve, slower * random.int(5, 60)));
        }
      }),
  );
  return {
    stop: async () => {
      on = false;
      await Promise.all(lanes);
    },
  };
}

async function strikeAll(
  world: World,
  random: Random,
  { seconds, faults, kinds, say }: RunOptions & { kinds: readonly Fault[] },
): Promise<number> {
  const startedAt = performance.now();
  const everyMs = (seconds * 1_000) / Math.max(1, faults);
  const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
  const mending: Promise<void>[] = [];
  for (let i = 0; i < faults; i++) {
    await wait(startedAt + everyMs * (i + random.next() * 0.5) - performance.now());
    // Each kind once before any twice: a short run meets them all.
    const fault = i < kinds.length ? (kinds[i] as Fault) : random.pick(kinds);
    const lastsMs = random.int(200, Math.min(6_000, Math.max(1_000, everyMs)));
    const { target, mend } = fault.strike(world, random);
    say(
      `${((performance.now() - startedAt) / 1_000).toFixed(1).padStart(7)} s  ${fault.kind}: ${target}, for ${lastsMs} ms`,
    );
    mending.push(wait(lastsMs).then(mend));
  }
  await wait(startedAt + seconds * 1_000 - performance.now());
  const results = await Promise.allSettled(mending);
  for (const result of results)
    if (result.status === "rejected") say(`a mend failed, tried again below: ${result.reason}`);
  return faults;
}

/** Waits until every text is settled and every device has what the store holds for it. */
async function settle(world: World, devices: readonly Device[], timeoutMs: number): Promise<boolean> {
  try {
    await until(() => devices.every(({ waiting }) => waiting === 0), {
      timeoutMs,
      what: "all texts to be settled",
    });
    await until(
      async () => {
        const stored = await world.stored(pairsOf(devices));
        return devices.every(({ user, shown }) => {
          const seen = new Set(shown.map(({ content }) => content));
          return stored.every((message) => !concerns(message, user) || seen.has(message.content));
        });
      },
      { timeoutMs, intervalMs: 500, what: "all devices to have everything" },
    );
    return true;
  } catch {
    return false;
  }
}

function pairsOf(devices: readonly Device[]): [string, string][] {
  const pairs = new Map<string, [string, string]>();
  for (const { sent } of devices)
    for (const { from, to } of sent) pairs.set(conversationOf(from, to), [from, to]);
  return [...pairs.values()];
}

async function gather(world: World, devices: readonly Device[]): Promise<History> {
  return {
    sent: devices.flatMap(({ sent }) => sent),
    sessions: devices.flatMap(({ sessions }) => sessions),
    devices,
    stored: await world.stored(pairsOf(devices)),
  };
}
