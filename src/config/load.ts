/**
 * @module config/load
 * From sources to a typed configuration: defaults, then the file, then the environment
 * (`CHATSRV_SECTION_KEY`, upper case; an empty one counts as set). All mistakes are reported at once.
 */
import { nearest } from "../lib/nearest.ts";
import { crossCheck } from "./checks.ts";
import { type IniEntry, parseIni } from "./ini.ts";
import { type Problem, unknownKey, unknownSection, wrongValue } from "./problems.ts";
import { type Config, schema } from "./schema.ts";
import { isServiceLink, isSurelyServiceLink } from "./service-links.ts";
import type { Key, Section } from "./table.ts";

/** Where a value came from. `implied`: from another section's being used. */
export interface Origin {
  readonly source: "default" | "file" | "environment" | "implied";
  /** For people: `default`, `config.ini:12`, `CHATSRV_MYSQL_HOST`, `[MySQL] is set`. */
  readonly label: string;
}

export interface ConfigSources {
  /** The file's path (for messages) and content. */
  readonly file?: { readonly path: string; readonly text: string } | undefined;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface LoadedConfig {
  readonly config: Config;
  /** The file that was read, if any. */
  readonly file: string | undefined;
  originOf(section: string, key: string): Origin;
  /** CHATSRV_ variables that are no settings: an orchestrator's (service-links.ts), and what resembles none. */
  readonly ignoredVariables: readonly string[];
}

/** The configuration cannot be used. `problems` are sentences that name section, key, value and what is allowed. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  constructor(readonly problems: readonly Problem[]) {
    super(problems.join("\n"));
  }
}

export const sections: Readonly<Record<string, Section>> = schema;
const DEFAULT: Origin = { source: "default", label: "default" };

interface Given {
  readonly text: string;
  readonly origin: Origin;
}
type GivenValues = Map<string, Given>;
const nameOf = (section: string, key: string): string => `${section}.${key}`;

/** The name by which the environment sets a key. */
export const variableOf = (section: string, key: string): string => `CHATSRV_${section}_${key}`.toUpperCase();

/**
 * Reads and checks a configuration.
 * @throws ConfigError with every problem that was found.
 */
export function loadConfig(sources: ConfigSources = {}): LoadedConfig {
  const problems: Problem[] = [];
  const given: GivenValues = new Map();
  if (sources.file) readFile(sources.file, given, problems);
  const ignoredVariables = readEnvironment(sources.env ?? {}, given, problems);
  applySelections(given);

  const originOf = (section: string, key: string) => given.get(nameOf(section, key))?.origin ?? DEFAULT;
  const config = parseAll(given, problems);
  if (problems.length === 0) problems.push(...crossCheck(config, (s, k) => originOf(s, k) !== DEFAULT));
  if (problems.length > 0) throw new ConfigError(problems);
  return { config, file: sources.file?.path, originOf, ignoredVariables };
}

function readFile(file: { path: string; text: string }, given: GivenValues, problems: Problem[]): void {
  const ini = parseIni(file.text);
  for (const p of ini.problems) problems.push(`${file.path}:${p.line} ${p.message}`);
  for (const { section, line } of ini.headers)
    if (!Object.hasOwn(sections, section))
      problems.push(unknownSection(`${file.path}:${line}`, section, Object.keys(sections)));
  const seen = new Map<string, IniEntry>();
  for (const entry of ini.entries) {
    const keys = Object.hasOwn(sections, entry.section) ? sections[entry.section]?.keys : undefined;
    if (!keys) continue;
    const at = `${file.path}:${entry.line}`;
    const known = Object.hasOwn(keys, entry.key) ? keys[entry.key] : undefined;
    const name = nameOf(entry.section, entry.key);
    const first = seen.get(name);
    if (!known) problems.push(unknownKey(at, entry.section, entry.key, entry.value, sections));
    else if (first) problems.push(`${at} [${entry.section}] ${entry.key}: set already in line ${first.line}`);
    else if (known.secret && entry.cut)
      problems.push(
        `${at} [${entry.section}] ${entry.key}: the # right behind the value starts a comment; put a value that holds one in double quotes, and a space before a comment`,
      );
    seen.set(name, entry);
    given.set(name, { text: entry.value, origin: { source: "file", label: at } });
  }
}

function readEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  given: GivenValues,
  problems: Problem[],
): string[] {
  const known = new Map<string, string>();
  for (const [section, { keys }] of Object.entries(sections))
    for (const key of Object.keys(keys)) known.set(variableOf(section, key), nameOf(section, key));
  const prefixes = Object.keys(sections).map((section) => `${variableOf(section, "")}`);

  const ignored: string[] = [];
  for (const [variable, text] of Object.entries(env)) {
    if (!variable.toUpperCase().startsWith("CHATSRV_") || text === undefined) continue;
    const name = known.get(variable);
    const meant = nearest(variable, [...known.keys()], 2);
    const ours = prefixes.some((prefix) => variable.toUpperCase().startsWith(prefix));
    if (isSurelyServiceLink(variable, env)) ignored.push(variable);
    else if (name) given.set(name, { text, origin: { source: "environment", label: variable } });
    else if (meant) problems.push(`${variable} (environment): no such setting; did you mean ${meant}?`);
    else if (ours && !isServiceLink(variable, env))
      problems.push(`${variable} (environment): no such setting; see config.ini.example`);
    else ignored.push(variable);
  }
  return ignored;
}

/** A section in use selects its engine, unless the engine is named. */
function applySelections(given: GivenValues): void {
  for (const [section, { keys, selects }] of Object.entries(sections)) {
    const used = Object.keys(keys).some((key) => given.has(nameOf(section, key)));
    if (!selects || !used || given.has(nameOf(selects.section, selects.key))) continue;
    const origin: Origin = { source: "implied", label: `[${section}] is set` };
    given.set(nameOf(selects.section, selects.key), { text: selects.value, origin });
  }
}

function parseAll(given: GivenValues, problems: Problem[]): Config {
  const parseOne = (section: string, name: string, key: Key<unknown>): unknown => {
    const source = given.get(nameOf(section, name));
    if (!source) return key.default;
    const parsed = key.parse(source.text);
    if (!parsed) problems.push(wrongValue(source.origin, section, name, key, source.text));
    return parsed?.value;
  };
  const values = Object.entries(sections).map(([section, { keys }]) => [
    section,
    Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, parseOne(section, name, key)])),
  ]);
  // The table makes both this object and the type Config; a value that did not parse leaves a problem behind.
  return Object.fromEntries(values) as Config;
}
