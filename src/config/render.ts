/**
 * @module config/render
 * The table as people read it: config.ini.example, and the effective configuration of `chatsrv check`.
 */
import { quoteIni } from "./ini.ts";
import { type LoadedConfig, sections, variableOf } from "./load.ts";
import { MASK } from "./problems.ts";
import type { Key, Section } from "./table.ts";

const WIDTH = 96;

const PREFACE = [
  "Configuration of chatsrv: every setting, what it does, and its default. Without any of it, `chatsrv --role=all` runs on its built-in stores.",
  "",
  "Copy this file to config.ini in the working directory, or name yours with --config. A line like #name = value shows a setting that is left at its default. Spaces around = do not matter, a comment may follow a value, and a value that holds a # goes in double quotes. Relative paths start at the working directory.",
  "",
  `The environment wins over the file: CHATSRV_SECTION_KEY in upper case, for instance ${variableOf("MySQL", "password")}. \`chatsrv check\` shows what is in force, where it came from, and what is wrong.`,
  "",
  "Rendered from the table in src/config/sections by `bun src/config/write-example.ts`.",
].join("\n");

/** The text of config.ini.example: every section and key with its meaning, what is allowed, and its default. */
export function renderExample(): string {
  const parts = Object.entries(sections).map(([name, section]) => exampleSection(name, section));
  return `${[comment(PREFACE), ...parts].join("\n\n")}\n`;
}

function exampleSection(name: string, section: Section): string {
  let allowed = "";
  const keys = Object.entries(section.keys).map(([keyName, key]) => {
    const repeated = key.allowed === allowed;
    allowed = key.allowed;
    return exampleKey(keyName, key, repeated);
  });
  const rule = `# ${"-".repeat(WIDTH - 2)}`;
  return [`${rule}\n${comment(section.about)}\n[${name}]`, ...keys].join("\n\n");
}

/** What is allowed is told once in a row of keys of one kind. */
function exampleKey(name: string, key: Key<unknown>, repeated: boolean): string {
  const normal = key.format(key.default);
  const shown = key.example ?? normal;
  const notes = [repeated ? "" : `${capital(key.allowed)}.`, `Default: ${normal === "" ? "empty" : normal}.`];
  const line = `${name} =${shown === "" ? "" : ` ${quoteIni(shown)}`}`;
  return [
    comment(key.meaning),
    comment(notes.filter((note) => note !== "").join(" ")),
    key.prominent ? line : `#${line}`,
  ].join("\n");
}

/** A setting in force. `value` is masked when it is a secret, and `(not set)` when it is empty. */
export interface EffectiveSetting {
  readonly section: string;
  readonly key: string;
  readonly value: string;
  /** `default`, `config.ini:12`, `CHATSRV_MYSQL_HOST`, `[MySQL] is set`. */
  readonly origin: string;
}

/** Every setting of the table, in its order, as it is in force. */
export function effectiveSettings(loaded: LoadedConfig): EffectiveSetting[] {
  const values: Readonly<Record<string, Readonly<Record<string, unknown>>>> = loaded.config;
  return Object.entries(sections).flatMap(([section, { keys }]) =>
    Object.entries(keys).map(([name, key]) => {
      const text = key.format(values[section]?.[name]);
      const value = text === "" ? "(not set)" : key.secret ? MASK : text;
      return { section, key: name, value, origin: loaded.originOf(section, name).label };
    }),
  );
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Text as comment lines, wrapped between words. */
function comment(text: string): string {
  const lines: string[] = [];
  for (const paragraph of text.split("\n")) {
    let line = "#";
    for (const word of paragraph.split(" ")) {
      if (line.length + 1 + word.length > WIDTH + 4) {
        lines.push(line);
        line = "#";
      }
      line += ` ${word}`;
    }
    lines.push(line.trimEnd());
  }
  return lines.join("\n");
}
