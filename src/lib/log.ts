/**
 * @module lib/log
 * What everything logs through. Implemented by ops/logger; one call is one JSON line.
 */
export type LogLevel = "debug" | "info" | "warn" | "error";
export type LogFields = Readonly<Record<string, unknown>>;

export interface Logger {
  /** `event` is dotted and stable (`mail.outbox`, `node.vanished`); `fields` never hold secrets. An Error in `error` is rendered. */
  log(level: LogLevel, event: string, fields?: LogFields): void;
}

/** Logs nothing; for tests and tools. */
export const silentLogger: Logger = { log: () => {} };
