/**
 * @module cli/data-lock
 * One server a data folder, one server a database file: what is embedded lies in one process's memory and is
 * written by one process. Tools (`check`, `status`, `trace`, `user list`, `migrate`) ask for no lock.
 */
import { existsSync, mkdirSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { embeddedCoordination, embeddedStorage } from "../config/embedded.ts";
import type { Config } from "../config/schema.ts";
import { askControl, forgetNote, noteOwner } from "../ops/control.ts";
import { lockFile } from "../ops/file-lock.ts";
import { databasePath } from "../roles/options.ts";
import type { RoleName } from "../roles/role.ts";
import { CommandFailure } from "./io.ts";

/** The lock of a data folder; the file is empty, and stays. */
const FOLDER_LOCK = "chatsrv.lock";

interface Lockable {
  /** What a second server would share, and what it can be given instead. */
  readonly what: string;
  readonly instead: string;
  /** The folder in which the server that holds it may have left its note. */
  readonly noteIn: string;
  readonly file: string;
}

/**
 * Takes what a server with these roles needs for itself, for as long as this process lives.
 * @returns what gives it back. @throws CommandFailure that names the folder or file and, if it is known, the server
 *   that has it; the system's error when the folder cannot be written.
 */
export async function lockData(
  config: Config,
  dataDir: string,
  roles: ReadonlySet<RoleName>,
): Promise<() => void> {
  const taken: (() => void)[] = [];
  const release = () => {
    for (const giveBack of taken.splice(0)) giveBack();
  };
  try {
    for (const lockable of lockables(config, dataDir, roles)) taken.push(await take(lockable));
    if (embeddedCoordination(config)) await requireNobody(dataDir);
    return release;
  } catch (error) {
    release();
    throw error;
  }
}

function lockables(config: Config, dataDir: string, roles: ReadonlySet<RoleName>): Lockable[] {
  const found: Lockable[] = [];
  if (embeddedCoordination(config)) {
    const file = join(folder(dataDir), FOLDER_LOCK);
    found.push({ what: dataDir, instead: "another --data", noteIn: dataDir, file });
  }
  if (embeddedStorage(config) && (roles.has("gateway") || roles.has("chat"))) {
    const path = databasePath(config, dataDir);
    const file = `${trueName(path)}.lock`;
    found.push({ what: path, instead: "another [Storage] path", noteIn: dataDir, file });
  }
  return found;
}

/** The folder under its own name, made where it is missing: two ways to it are one folder. */
function folder(path: string): string {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return realpathSync(path);
}

/** The same of a file, which need not be there yet. */
function trueName(path: string): string {
  return existsSync(path) ? realpathSync(path) : join(folder(dirname(path)), basename(path));
}

/** @throws CommandFailure when another process holds it */
async function take({ what, instead, noteIn, file }: Lockable): Promise<() => void> {
  const release = lockFile(file);
  if (release !== undefined) return release;
  throw inUse(what, instead, await noteOwner(noteIn));
}

/**
 * Nobody answers for the folder whose lock this process has: a server of a version without locks would. What a
 * killed server left is taken away.
 */
async function requireNobody(dataDir: string): Promise<void> {
  const other = await askControl(dataDir);
  if (other !== undefined) throw inUse(dataDir, "another --data", other.note.pid);
  await forgetNote(dataDir);
}

function inUse(what: string, instead: string, pid: number | undefined): CommandFailure {
  const server = pid === undefined ? "another server" : `the server with process id ${pid}`;
  return new CommandFailure(`${what} is in use by ${server}; stop it, or give this one ${instead}`);
}
