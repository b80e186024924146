/**
 * @module support/preload
 * Loaded by `bun test` before the first test file (bunfig.toml). Its `afterAll` runs after the last file.
 */

import { afterAll } from "bun:test";
import { closeAll } from "./cleanup.ts";

afterAll(closeAll, 30_000);
