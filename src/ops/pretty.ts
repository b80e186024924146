/**
 * @module ops/pretty
 * A log line for people: time of day, level, event, then the fields; an error's stack on lines of its own.
 */
import type { LogLevel } from "../lib/log.ts";

const COLOUR: Readonly<Record<LogLevel, number>> = { debug: 90, info: 32, warn: 33, error: 31 };

/** @param fields plain values, as `ops/redact` makes them. @param colour whether the reader is a terminal. */
export function prettyLine(
  time: Date,
  level: LogLevel,
  event: string,
  fields: Readonly<Record<string, unknown>>,
  colour: boolean,
): string {
  const paint = (code: number, text: string) => (colour ? `\x1b[${code}m${text}\x1b[0m` : text);
  const stacks: string[] = [];
  const shown = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${paint(90, `${name}=`)}${shortForm(value, stacks)}`);
  const clock = paint(90, time.toISOString().slice(11, 23));
  const head = `${clock} ${paint(COLOUR[level], level.toUpperCase().padEnd(5))} ${paint(1, event)}`;
  const below = stacks.map((stack) => `\n${stack.replace(/^/gm, "    ")}`).join("");
  return `${[head, ...shown].join(" ")}${below}\n`;
}

function shortForm(value: unknown, stacks: string[]): string {
  if (typeof value === "string") return /^[\w.:/@+*[\]-]+$/.test(value) ? value : JSON.stringify(value);
  if (isError(value)) {
    if (typeof value.stack === "string") stacks.push(value.stack);
    return JSON.stringify(value.message);
  }
  return JSON.stringify(value);
}

function isError(value: unknown): value is { name: string; message: string; stack?: unknown } {
  return typeof value === "object" && value !== null && "name" in value && "message" in value;
}
