/**
 * @module cli/migrate
 * `chatsrv migrate`: brings the database's schema up to date. Safe to run from several processes at once.
 * `--adopt` takes over a database of the original; run again it completes what was cut off, or changes nothing.
 */
import { systemClock } from "../lib/clock.ts";
import { silentLogger } from "../lib/log.ts";
import { createLogger } from "../ops/logger.ts";
import { openStoreOf, storeOptions } from "../roles/options.ts";
import { PasswordHasher } from "../services/accounts/passwords.ts";
import { adoptStore } from "../store/open.ts";
import type { ParsedArgs } from "./args.ts";
import type { Command } from "./command.ts";
import { EXIT, type Io } from "./io.ts";
import { loadSettings, type Settings } from "./settings.ts";
import { columns, jsonText } from "./text.ts";

export const migrate: Command = {
  name: "migrate",
  words: [],
  flags: ["config", "data", "adopt", "json"],
  summary: "bring the database up to date; --adopt takes over one of the original",
  more: "The database itself must exist; an embedded one is made. Stop all servers before --adopt, and make a backup.",
  run: async (args, io) => {
    const settings = await loadSettings(args, io);
    const text = args.flags.has("adopt")
      ? await adoptOld(settings, args, io)
      : await bringUpToDate(settings, args);
    io.stdout.write(text);
    return EXIT.ok;
  },
};

async function bringUpToDate({ config, dataDir }: Settings, { flags }: ParsedArgs): Promise<string> {
  const store = await openStoreOf(config, dataDir, silentLogger);
  try {
    const { applied } = await store.migrate();
    return flags.has("json") ? jsonText({ engine: store.engine, applied }) : appliedText(applied);
  } finally {
    await store.close();
  }
}

/** Progress goes to standard error: hashing many passwords takes a while. */
async function adoptOld({ config, dataDir }: Settings, { flags }: ParsedArgs, io: Io): Promise<string> {
  const { level } = config.Log;
  const logger = createLogger({
    level,
    format: "pretty",
    colour: false,
    clock: systemClock,
    output: io.stderr,
  });
  const hasher = await PasswordHasher.create({ concurrency: navigator.hardwareConcurrency });
  const report = await adoptStore(await storeOptions(config, dataDir), (text) => hasher.hash(text), logger);
  if (flags.has("json")) return jsonText(report);
  const rows = [
    ["tables converted to utf8mb4", report.tables],
    ["passwords hashed", report.passwords],
    ["profiles added", report.profiles],
    ["friendships completed", report.friendships],
    ["friend requests cleaned up", report.requests],
    ["conversations made", report.conversations],
    ["migrations applied", report.applied.length],
  ] as const;
  const nothing = rows.every(([, count]) => count === 0);
  const head = nothing ? "Nothing was left to do:" : `Adopted the database ${config.MySQL.database}:`;
  return `${head}\n${columns(
    rows.map(([what, count]) => [what, String(count)]),
    "  ",
  )}`;
}

function appliedText(applied: readonly string[]): string {
  if (applied.length === 0) return "The database is up to date.\n";
  const names = applied.map((name) => `  ${name}\n`).join("");
  return `Applied ${applied.length} migration${applied.length === 1 ? "" : "s"}:\n${names}`;
}
