/**
 * @module store/open
 * Which adapter serves: the one place that compares the engine's name.
 */
import { AppError } from "../domain/error.ts";
import type { Logger } from "../lib/log.ts";
import { type AdoptReport, adopt } from "./mysql/adopt.ts";
import type { MySqlOptions } from "./mysql/options.ts";
import { openMySqlStore } from "./mysql/store.ts";
import { openSqliteStore, type SqliteOptions } from "./sqlite/store.ts";
import type { Store } from "./store.ts";

/** What each adapter is opened with; only the chosen one's part is read. */
export interface StoreOptions {
  readonly engine: "sqlite" | "mysql";
  readonly sqlite: SqliteOptions;
  readonly mysql: MySqlOptions;
}

/**
 * Opens the store; `migrate` then brings its schema up to date.
 * @throws AppError UNAVAILABLE when the file cannot be opened (sqlite); a MySQL that is away shows in the calls.
 */
export async function openStore(options: StoreOptions, logger: Logger): Promise<Store> {
  return options.engine === "mysql"
    ? openMySqlStore(options.mysql, logger)
    : openSqliteStore(options.sqlite, logger);
}

/**
 * Takes over a database of the original (`migrate --adopt`); see mysql/adopt.ts.
 * @param hashPassword makes a PHC string of a clear-text password.
 * @throws AppError UNSUPPORTED when there is nothing that could be adopted, as with the embedded store.
 */
export async function adoptStore(
  options: StoreOptions,
  hashPassword: (password: string) => Promise<string>,
  logger: Logger,
): Promise<AdoptReport> {
  if (options.engine !== "mysql")
    throw new AppError("UNSUPPORTED", {
      detail: "only a MySQL database can be adopted: the original had no other",
    });
  return adopt(options.mysql, hashPassword, logger);
}
