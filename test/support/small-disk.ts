/**
 * @module support/small-disk
 * A disk of its own that is soon full: a file system in memory, mounted for the test. Mounting is root's.
 */
import { statfsSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { atEnd } from "./cleanup.ts";
import { tempDir } from "./tempdir.ts";

/** Whether this process may mount; where it may not, tests of full disks have nothing to run on. */
export const mayMount = process.platform === "linux" && process.getuid?.() === 0 && tryMount();

export class SmallDisk {
  readonly dir = tempDir("disk");
  readonly #ballast = join(this.dir, "ballast");

  constructor(bytes: number) {
    command("mount", "-t", "tmpfs", "-o", `size=${bytes}`, "none", this.dir);
    atEnd(async () => void Bun.spawnSync(["umount", "--lazy", this.dir]));
  }

  /** Takes all the room but about so many bytes. */
  fill(leave = 0): void {
    const { bavail, bsize } = statfsSync(this.dir);
    writeFileSync(this.#ballast, new Uint8Array(Math.max(0, bavail * bsize - leave)), { flag: "a" });
  }

  /** Gives back what `fill` took. */
  free(): void {
    unlinkSync(this.#ballast);
  }
}

function tryMount(): boolean {
  const dir = tempDir("mount");
  if (Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "size=4k", "none", dir]).exitCode !== 0) return false;
  return Bun.spawnSync(["umount", dir]).exitCode === 0;
}

function command(...words: string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(words);
  if (exitCode !== 0) throw new Error(`${words.join(" ")}: ${stderr}`);
}
