/**
 * @module contract/settings
 * Settings that people have change nothing, most of them at once; `bun run test:engines` takes each by itself.
 */
import { describe } from "bun:test";
import { settingsSuite } from "./settings.suite.ts";
import { allAtOnce, GLOBALS } from "./settings.table.ts";

describe("a server with other settings", () => settingsSuite(allAtOnce, GLOBALS));
