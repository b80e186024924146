/**
 * @module support/tempdir
 * Folders that live as long as the test process.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atEnd } from "./cleanup.ts";

/** Makes an empty folder of its own, readable by this user only, and returns its path. Removed at the end. */
export function tempDir(name = "test"): string {
  const path = mkdtempSync(join(tmpdir(), `chatsrv-${name}-`));
  atEnd(async () => rmSync(path, { recursive: true, force: true }));
  return path;
}
