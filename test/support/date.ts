/**
 * @module support/date
 * A date that a test sets for other processes: they run under libfaketime, which is asked at every look. The clock
 * that never steps is left alone, as on a machine whose date is corrected.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempDir } from "./tempdir.ts";

export class SetDate {
  readonly #file = join(tempDir("date"), "offset");

  constructor(offsetMs = 0) {
    this.set(offsetMs);
  }

  /** What a process needs in its environment. @throws Error that says what to install. */
  get env(): Record<string, string> {
    const [library] = new Bun.Glob("/usr/lib/*/faketime/libfaketimeMT.so.1").scanSync("/");
    if (library === undefined)
      throw new Error("libfaketime is missing; install it (Debian: apt-get install faketime)");
    return {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_NO_CACHE: "1",
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
    };
  }

  /** Sets it so many milliseconds (whole seconds) before or after the real one, at once. */
  set(offsetMs: number): void {
    const seconds = Math.round(offsetMs / 1_000);
    writeFileSync(this.#file, `${seconds < 0 ? "" : "+"}${seconds}\n`);
  }
}
