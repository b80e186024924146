/**
 * @module cli/check
 * `chatsrv check`: the configuration in force, secrets masked, and whether everything it names can be reached.
 */
import { type EffectiveSetting, effectiveSettings } from "../config/render.ts";
import type { ParsedArgs } from "./args.ts";
import type { Command } from "./command.ts";
import type { Finding } from "./finding.ts";
import { EXIT, type Io } from "./io.ts";
import { lookAround } from "./reach.ts";
import { loadSettings, UnreadableConfig } from "./settings.ts";
import { columns, jsonText, printable } from "./text.ts";

export const check: Command = {
  name: "check",
  words: [],
  flags: ["config", "data", "json"],
  summary: "the configuration in force, and whether database, Redis, mail and peers can be reached",
  more: "Exit code 1 when something that is needed fails; each failure says what to mend.",
  run: async (args, io) => {
    const report = await examine(args, io);
    io.stdout.write(args.flags.has("json") ? jsonText(report) : reportText(report, io.isTty));
    return report.ok ? EXIT.ok : EXIT.failure;
  },
};

/** What --json prints. */
interface Report {
  readonly ok: boolean;
  readonly file: string | null;
  readonly checks: readonly Finding[];
  readonly settings: readonly EffectiveSetting[];
  /** Variables of the environment that look like settings and are none. */
  readonly ignored_variables: readonly string[];
}

/** @throws UsageError, ConfigError when it cannot be told what to look at. */
async function examine(args: ParsedArgs, io: Io): Promise<Report> {
  try {
    const settings = await loadSettings(args, io);
    const checks = await lookAround(settings);
    return {
      ok: checks.every((finding) => finding.ok),
      file: settings.file ?? null,
      checks,
      settings: effectiveSettings(settings),
      ignored_variables: settings.ignoredVariables,
    };
  } catch (error) {
    if (!(error instanceof UnreadableConfig)) throw error;
    const { path, reason } = error;
    const mend = "make it a text file in UTF-8 that this user may read";
    const finding = { name: "configuration", ok: false, detail: path, error: reason, mend };
    return { ok: false, file: path, checks: [finding], settings: [], ignored_variables: [] };
  }
}

function reportText({ settings, ignored_variables: ignored, checks }: Report, colour: boolean): string {
  const parts = [
    settingsText(settings),
    ignored.length === 0 ? "" : `Not settings of chatsrv, ignored: ${ignored.join(", ")}\n`,
    findingsText(checks, colour),
  ];
  return parts.filter((part) => part !== "").join("\n");
}

function settingsText(settings: readonly EffectiveSetting[]): string {
  const keyWidth = Math.max(...settings.map((setting) => setting.key.length));
  const bySection = Map.groupBy(settings, (setting) => setting.section);
  return [...bySection]
    .map(([section, rows]) => {
      const cells = rows.map(({ key, value, origin }) => [key.padEnd(keyWidth), printable(value), origin]);
      return `[${section}]\n${columns(cells, "  ")}`;
    })
    .join("\n");
}

function findingsText(findings: readonly Finding[], colour: boolean): string {
  const paint = (code: number, word: string) => (colour ? `\x1b[${code}m${word}\x1b[0m` : word);
  const rows = findings.flatMap(({ name, ok, detail, error, mend }) => [
    [ok ? paint(32, "ok") : paint(31, "FAILED"), name, printable(detail)],
    ...(error === undefined ? [] : [["", "", `why:   ${printable(error)}`]]),
    ...(mend === undefined ? [] : [["", "", `mend:  ${mend}`]]),
  ]);
  const failed = findings.filter((finding) => !finding.ok).length;
  const verdict = failed === 0 ? "All is well.\n" : `${failed} of ${findings.length} failed.\n`;
  return `${columns(rows)}\n${verdict}`;
}
