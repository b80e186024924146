/**
 * @module faults/mutants
 * Builds that are broken on purpose, to show that the checker sees it: the sources with a few words replaced. When a text
 * to be replaced is gone, making the build fails.
 */
import { buildChanged, type Change } from "./builds.ts";
import type { Fault } from "./fault.ts";
import { LOST_ANSWERS, LOST_COMMITS } from "./kinds/wires.ts";
import type { Rule } from "./rules.ts";
import { type RunResult, run } from "./run.ts";
import type { Scene } from "./scenes/scene.ts";

export interface Mutant {
  readonly name: string;
  readonly changes: readonly Change[];
  /** Faults and scenes under which the difference shows. */
  readonly faults?: { readonly count: number; readonly kinds: readonly Fault[] };
  readonly scenes?: readonly Scene[];
  readonly seconds?: number;
  /** What the checker is to find, whatever else it finds. */
  readonly breaks: Rule;
  /** Runs in every `bun test`, too. */
  readonly short?: boolean;
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: "acknowledge before commit",
    short: true,
    changes: [
      {
        file: "src/store/mysql/pool.ts",
        replace: 'await client.query("COMMIT");',
        by: 'client.query("COMMIT").catch(() => {});',
      },
    ],
    faults: { count: 8, kinds: [LOST_COMMITS] },
    breaks: "acknowledged but not stored",
  },
  {
    // Of texts only: the run makes friends before it begins.
    name: "drop batches to peers",
    short: true,
    changes: [
      {
        file: "src/rpc/peer-link.ts",
        replace: '"chatsrv.cluster.EventBatch", id: batch.id, events }',
        by: '"chatsrv.cluster.EventBatch", id: batch.id, events: events.filter(({ event }) => event.case !== "texts") }',
      },
    ],
    breaks: "not shown in time",
  },
  {
    name: "skip dedup",
    short: true,
    changes: [
      {
        file: "src/store/mysql/append.ts",
        replace: "rows.push([conversation, seq, sender, clientId, kind, body, at]);",
        by: "rows.push([conversation, seq, sender, clientId + crypto.randomUUID().slice(0, 8), kind, body, at]);",
      },
    ],
    faults: { count: 6, kinds: [LOST_ANSWERS] },
    breaks: "stored twice",
  },
];

/** Long enough for the difference to show, seconds. */
const SECONDS = 12;
/** A build that loses messages never settles; it is not waited for long. Milliseconds. */
const SETTLE_MS = 5_000;
/** What a mutant loses never comes: it need not be waited for as long as what is late. Milliseconds. */
const WITHIN_MS = 4_000;

/** One run against a mutant; its violations should hold what it breaks. */
export function runMutant(mutant: Mutant, seed: number, say: (line: string) => void): Promise<RunResult> {
  say(`mutant: ${mutant.name}`);
  return run({
    seed,
    seconds: mutant.seconds ?? SECONDS,
    faults: mutant.faults?.count ?? 0,
    kinds: mutant.faults?.kinds ?? [],
    scenes: mutant.scenes ?? [],
    command: buildChanged(mutant.name, mutant.changes),
    settleMs: SETTLE_MS,
    withinMs: WITHIN_MS,
    say,
  });
}
