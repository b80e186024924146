/**
 * @module lib/descriptors
 * How many file descriptors this process has open and may have. A connection is one, so is a database connection,
 * a log file, a mail: whoever takes the last one takes it from everybody.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";

export interface Descriptors {
  /** How many this process may have open. */
  readonly limit: number;
  /** How many it has open. Costs some microseconds. */
  open(): number;
}

/** Where the system lists them. */
const OPEN = "/proc/self/fd";
const LIMITS = "/proc/self/limits";

/** Those of this process; undefined on a system that does not tell (only Linux does it in files). */
export function processDescriptors(): Descriptors | undefined {
  if (process.platform !== "linux") return undefined;
  // Bun has raised the soft limit to the hard one by now.
  const limit = /^Max open files +(\d+)/m.exec(readFileSync(LIMITS, "utf8"))?.[1];
  return limit === undefined ? undefined : { limit: Number(limit), open: () => countOpen(Number(limit)) };
}

/** Linux 6.2 and later tell the count as the folder's size, which needs no descriptor to read. */
function countOpen(limit: number): number {
  try {
    return statSync(OPEN).size || readdirSync(OPEN).length - 1;
  } catch {
    return limit; // There is none left to look with.
  }
}
