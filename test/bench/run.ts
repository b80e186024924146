/**
 * @module bench/run
 * Runs the load against a server and measures what everybody spends meanwhile.
 */
import { join } from "node:path";
import { cpuSeconds } from "./cpu.ts";
import { linesOf } from "./lines.ts";
import type { LoadOrder, LoadReport } from "./protocol.ts";

export interface Measured extends LoadReport {
  /** Texts answered per second. */
  readonly rate: number;
  /** CPU per text, microseconds, by process. */
  readonly cpu: Readonly<Record<string, number>>;
}

/** @param pids processes whose CPU counts, by the name it is printed under. */
export async function runLoad(order: LoadOrder, pids: Readonly<Record<string, number>>): Promise<Measured> {
  const load = Bun.spawn([process.execPath, join(import.meta.dir, "load.ts")], {
    stdin: new Blob([JSON.stringify(order)]),
    stdout: "pipe",
    stderr: "inherit",
  });
  const all = { ...pids, load: load.pid };
  const read = () => Object.fromEntries(Object.entries(all).map(([name, pid]) => [name, cpuSeconds(pid)]));
  let before: Record<string, number> = {};
  let after: Record<string, number> = {};
  let report: LoadReport | undefined;
  for await (const line of linesOf(load.stdout)) {
    if (line === "measuring") {
      before = read();
      setTimeout(() => {
        after = read();
      }, order.seconds * 1_000);
    } else if (line !== "") report = JSON.parse(line) as LoadReport;
  }
  if (report === undefined) throw new Error("the load ended without a report");
  const { acked, seconds } = report;
  const cpu = Object.fromEntries(
    Object.keys(all).map((name) => [
      name,
      (((after[name] ?? 0) - (before[name] ?? 0)) / Math.max(1, acked)) * 1e6,
    ]),
  );
  return { ...report, rate: acked / seconds, cpu };
}
