/**
 * @module cli/migrate
 * `chatsrv migrate`: brings the database's schema up to date. Safe to run from several processes at once.
 */
import { silentLogger } from "../lib/log.ts";
import { openStoreOf } from "../roles/options.ts";
import type { Command } from "./command.ts";
import { EXIT } from "./io.ts";
import { loadSettings } from "./settings.ts";
import { jsonText } from "./text.ts";

export const migrate: Command = {
  name: "migrate",
  words: [],
  flags: ["config", "data", "adopt", "json"],
  summary: "bring the database up to date",
  more: "The database itself must exist; an embedded one is made.",
  run: async (args, io) => {
    const { config, dataDir } = await loadSettings(args, io);
    const store = await openStoreOf(config, dataDir, silentLogger);
    try {
      const { applied } = await store.migrate();
      io.stdout.write(args.flags.has("json") ? jsonText({ engine: store.engine, applied }) : told(applied));
      return EXIT.ok;
    } finally {
      await store.close();
    }
  },
};

function told(applied: readonly string[]): string {
  if (applied.length === 0) return "The database is up to date.\n";
  return `Applied ${applied.length} migration${applied.length === 1 ? "" : "s"}:\n${applied.map((name) => `  ${name}\n`).join("")}`;
}
