/**
 * @module cli/settings
 * The configuration and the data folder that a command line means, and the stores they lead to.
 */
import { resolve } from "node:path";
import { embeddedStorage } from "../config/embedded.ts";
import { type LoadedConfig, loadConfig } from "../config/load.ts";
import type { Coordination } from "../coordination/coordination.ts";
import { silentLogger } from "../lib/log.ts";
import { databasePath, openCoordinationOf, openStoreOf } from "../roles/options.ts";
import type { Store } from "../store/store.ts";
import type { ParsedArgs } from "./args.ts";
import { databaseExists } from "./data-files.ts";
import { CommandFailure, type Io, UsageError } from "./io.ts";

export interface Settings extends LoadedConfig {
  /** Absolute. */
  readonly dataDir: string;
}

const DEFAULT_FILE = "config.ini";
const DEFAULT_DATA = "data";

/** The configuration file is there, and cannot be read. */
export class UnreadableConfig extends UsageError {
  constructor(
    readonly path: string,
    readonly reason: string,
  ) {
    super(`the configuration ${path} cannot be read (${reason})`);
  }
}

/** @throws UsageError when the file cannot be read; ConfigError when it, or the environment, is wrong. */
export async function loadSettings({ flags }: ParsedArgs, io: Io): Promise<Settings> {
  const file = await readConfig(flags.get("config"), io.cwd);
  const loaded = loadConfig({ file, env: io.env });
  return { ...loaded, dataDir: resolve(io.cwd, flags.get("data") ?? DEFAULT_DATA) };
}

async function readConfig(
  named: string | undefined,
  cwd: string,
): Promise<{ path: string; text: string } | undefined> {
  const path = named ?? DEFAULT_FILE;
  try {
    const bytes = await Bun.file(resolve(cwd, path)).bytes();
    // Anything else would read as other letters, in a password too.
    return { path, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    if (code !== "ENOENT")
      throw new UnreadableConfig(
        path,
        code === "ERR_ENCODING_INVALID_ENCODED_DATA" ? "it is not UTF-8" : code,
      );
    if (named === undefined) return undefined;
    throw new UsageError(`--config=${path}: there is no such file`);
  }
}

/**
 * Runs with the store open, and closes it. An embedded store that is not there yet is not made.
 * @throws CommandFailure then.
 */
export async function withStore<T>(settings: Settings, use: (store: Store) => Promise<T>): Promise<T> {
  const file = databasePath(settings.config, settings.dataDir);
  if (embeddedStorage(settings.config) && !(await databaseExists(file)))
    throw new CommandFailure(
      `there is no database at ${file} yet; chatsrv --role=all makes it, or chatsrv migrate`,
    );
  const store = await openStoreOf(settings.config, settings.dataDir, silentLogger);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/** Runs with the coordination open, and closes it. */
export async function withCoordination<T>(
  settings: Settings,
  use: (coordination: Coordination) => Promise<T>,
): Promise<T> {
  const coordination = await openCoordinationOf(settings.config, undefined, silentLogger);
  try {
    return await use(coordination);
  } finally {
    await coordination.close();
  }
}
