/**
 * @module cli/data-files
 * The embedded store's file as commands find it. Not being allowed to look is no way of not being there.
 */
import { access, constants, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { CommandFailure } from "./io.ts";

/**
 * Whether the database is there. @returns false when it is not, and could be made where it belongs.
 * @throws CommandFailure, or the system's error, for what cannot be read, written or made.
 */
export async function databaseExists(file: string): Promise<boolean> {
  const found = await statOf(file);
  if (found === undefined) {
    await requireMakeable(dirname(file));
    return false;
  }
  if (!found.isFile()) throw new CommandFailure(`${file} is no file`);
  await access(file, constants.R_OK | constants.W_OK);
  return true;
}

/** Whether a folder is there to be written, or can be made in the nearest one above it. */
async function requireMakeable(folder: string): Promise<void> {
  const found = await statOf(folder);
  if (found === undefined) return requireMakeable(dirname(folder));
  if (!found.isDirectory()) throw new CommandFailure(`${folder} is no folder`);
  await access(folder, constants.W_OK | constants.X_OK);
}

const statOf = (path: string) => ifThere(stat(path));

/** What was read, or undefined when there is no such file. Below what is no folder nothing is, either. */
export async function ifThere<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR"))
      return undefined;
    throw error;
  }
}
