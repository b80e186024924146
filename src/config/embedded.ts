/**
 * @module config/embedded
 * Whether a part of the system runs on what is built in. The table's defaults are the built-in engines: they
 * need no installation, and what they hold is seen by one process only.
 */
import { type Config, schema } from "./schema.ts";

/** Accounts and messages lie in a file of this process. */
export const embeddedStorage = (config: Config): boolean =>
  config.Storage.engine === schema.Storage.keys.engine.default;

/** Codes, tokens, leases and routes live in this process's memory. */
export const embeddedCoordination = (config: Config): boolean =>
  config.Coordination.engine === schema.Coordination.keys.engine.default;

/** Mails stay on this machine, as files. */
export const embeddedMail = (config: Config): boolean =>
  config.Mail.transport === schema.Mail.keys.transport.default;
