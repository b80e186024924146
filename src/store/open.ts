/**
 * @module store/open
 * Which adapter serves: the one place that compares the engine's name.
 */
import type { Logger } from "../lib/log.ts";
import { openSqliteStore, type SqliteOptions } from "./sqlite/store.ts";
import type { Store } from "./store.ts";

export type StoreOptions = { readonly engine: "sqlite" } & SqliteOptions;

/**
 * Opens the store; the schema is brought up to date by `migrate`.
 * @throws AppError UNAVAILABLE when the file cannot be opened (sqlite); a MySQL that is away shows in the calls.
 */
export function openStore(options: StoreOptions, logger: Logger): Promise<Store> {
  return openSqliteStore(options, logger);
}
