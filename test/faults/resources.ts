/**
 * @module faults/resources
 * What a run leaves behind: keys in Redis, memory and descriptors of our processes. Measured when everybody is connected
 * and nothing has happened yet, and again at the end, with the same people connected.
 */
import { readdirSync, readFileSync } from "node:fs";
import type { Verdict } from "./rules.ts";
import type { World } from "./world.ts";

export interface Resources {
  /** Keys in Redis, by kind. */
  readonly keys: ReadonlyMap<string, number>;
  /** By process. */
  readonly processes: ReadonlyMap<string, { readonly rssMb: number; readonly descriptors: number }>;
}

/** More keys than at the start: a resume ticket's or a route's that is on its way. */
const KEYS_MORE = 10;
/** One for each life of a chat node; a dead one's is cleared away. */
const INDEX_OF_ROUTES = "chatsrv:{i}:routes";
/** A process that has worked holds more than one that has not; what leaks in a run of an hour is beyond it. */
const RSS_MORE_MB = 250;
/** Beyond one for each device, since all may have gone to one node: pools and streams between nodes. */
const DESCRIPTORS_MORE = 60;

export async function measure(world: World): Promise<Resources> {
  const names = await world.redis.command<string[]>("KEYS", "*");
  const keys = new Map<string, number>();
  for (const name of names) {
    const kind = name.replace(/\{(.)[^}]*\}/, "{$1}").replace(/[0-9]+/g, "N");
    keys.set(kind, (keys.get(kind) ?? 0) + 1);
  }
  const processes = new Map(
    world.processes.map(({ name, pid }) => [
      name,
      {
        rssMb: Math.round(
          Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1_024,
        ),
        descriptors: readdirSync(`/proc/${pid}/fd`).length,
      },
    ]),
  );
  return { keys, processes };
}

export function checkResources(start: Resources, end: Resources, devices: number, verdict: Verdict): void {
  const total = ({ keys }: Resources) => [...keys.values()].reduce((sum, count) => sum + count, 0);
  const ofNodes = ({ keys }: Resources) => keys.get(INDEX_OF_ROUTES) ?? 0;
  if (total(end) > total(start) + KEYS_MORE || ofNodes(end) > ofNodes(start))
    verdict.add("keys left in Redis", `${inWords(end.keys)} at the end; ${inWords(start.keys)} at the start`);
  for (const [name, { rssMb, descriptors }] of end.processes) {
    const before = start.processes.get(name);
    if (before === undefined) continue;
    if (rssMb > before.rssMb + RSS_MORE_MB)
      verdict.add("memory grew", `${name}: ${before.rssMb} to ${rssMb} MB`);
    if (descriptors > before.descriptors + devices + DESCRIPTORS_MORE)
      verdict.add("descriptors grew", `${name}: ${before.descriptors} to ${descriptors}`);
  }
}

const inWords = (keys: ReadonlyMap<string, number>) =>
  [...keys]
    .map(([kind, count]) => `${count} ${kind}`)
    .sort()
    .join(", ");

/** The figures in one line. */
export const resourcesInWords = ({ keys, processes }: Resources): string =>
  `${[...keys.values()].reduce((sum, count) => sum + count, 0)} keys; ${[...processes]
    .map(
      ([name, { rssMb, descriptors }]) => `${name.replace("chatsrv ", "")} ${rssMb} MB, ${descriptors} fds`,
    )
    .join("; ")}`;
