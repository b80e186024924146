/**
 * @module ops/logger
 * One JSON object per line: time (ISO 8601, UTC), level, event, then the fields. Or, for people, pretty lines.
 */
import type { Clock } from "../lib/clock.ts";
import type { LogFields, Logger, LogLevel } from "../lib/log.ts";
import type { LogOutput } from "./output.ts";
import { prettyLine } from "./pretty.ts";
import { plainFields } from "./redact.ts";

export interface LoggerOptions {
  /** The least important level that is written. */
  readonly level: LogLevel;
  readonly format: "json" | "pretty";
  /** Colours for pretty lines. */
  readonly colour: boolean;
  readonly clock: Clock;
  readonly output: LogOutput;
}

const RANK: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

export function createLogger({ level, format, colour, clock, output }: LoggerOptions): Logger {
  return {
    log: (at: LogLevel, event: string, fields: LogFields = {}) => {
      if (RANK[at] < RANK[level]) return;
      const time = new Date(clock.now());
      const values = plainFields(fields, { stacks: at === "error" });
      if (format === "pretty") output.write(prettyLine(time, at, event, values, colour));
      else output.write(jsonLine({ time: time.toISOString(), level: at, event }, values));
    },
  };
}

/** The head comes first and stays what it is, also when a field has its name. */
function jsonLine(head: Record<string, string>, values: Record<string, unknown>): string {
  return `${JSON.stringify({ ...head, ...values, ...head })}\n`;
}
