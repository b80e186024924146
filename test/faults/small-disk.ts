/**
 * @module faults/small-disk
 * A disk of its own for one folder, small enough to be filled: a file system in memory, where this process may mount one
 * (as root). What was in the folder is in it still.
 */
import { closeSync, cpSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { atEnd } from "../support/cleanup.ts";
import { tempDir } from "../support/tempdir.ts";

const SIZE = "128m";
const FILLER = "filler";
const BLOCK = new Uint8Array(64 * 1024);

export class SmallDisk {
  private constructor(readonly dir: string) {}

  /** @returns undefined where nothing can be mounted */
  static over(dir: string): SmallDisk | undefined {
    const kept = join(tempDir("disk"), "kept");
    cpSync(dir, kept, { recursive: true });
    const mount = Bun.spawnSync(["mount", "-t", "tmpfs", "-o", `size=${SIZE}`, "tmpfs", dir]);
    if (mount.exitCode !== 0) return undefined;
    // Lazily: a server that still has files there does not keep it.
    atEnd(async () => void Bun.spawnSync(["umount", "-l", dir]));
    cpSync(kept, dir, { recursive: true });
    return new SmallDisk(dir);
  }

  /** Takes all room that is left. */
  fill(): void {
    const file = openSync(join(this.dir, FILLER), "w");
    try {
      for (;;) writeSync(file, BLOCK);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
    } finally {
      closeSync(file);
    }
  }

  /** Gives it back. */
  clear(): void {
    rmSync(join(this.dir, FILLER), { force: true });
  }
}
