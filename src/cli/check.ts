/**
 * @module cli/check
 * `chatsrv check`: the configuration in force, secrets masked, and whether everything it names can be reached.
 */
import { type EffectiveSetting, effectiveSettings } from "../config/render.ts";
import type { Command } from "./command.ts";
import type { Finding } from "./finding.ts";
import { EXIT } from "./io.ts";
import { lookAround } from "./reach.ts";
import { loadSettings } from "./settings.ts";
import { columns, jsonText, printable } from "./text.ts";

export const check: Command = {
  name: "check",
  words: [],
  flags: ["config", "data", "json"],
  summary: "the configuration in force, and whether database, Redis, mail and peers can be reached",
  more: "Exit code 1 when something that is needed fails; each failure says what to mend.",
  run: async (args, io) => {
    const settings = await loadSettings(args, io);
    const findings = await lookAround(settings);
    const ok = findings.every((finding) => finding.ok);
    const effective = effectiveSettings(settings);
    if (args.flags.has("json")) {
      io.stdout.write(jsonText({ ok, file: settings.file ?? null, checks: findings, settings: effective }));
      return ok ? EXIT.ok : EXIT.failure;
    }
    io.stdout.write(settingsText(effective));
    if (settings.ignoredVariables.length > 0)
      io.stdout.write(`\nNot settings of chatsrv, ignored: ${settings.ignoredVariables.join(", ")}\n`);
    io.stdout.write(`\n${findingsText(findings, io.isTty)}`);
    return ok ? EXIT.ok : EXIT.failure;
  },
};

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
