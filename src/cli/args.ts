/**
 * @module cli/args
 * The command line: flags by the one table below, and words. `--name=VALUE` and `--name VALUE` are the same;
 * after `--` everything is a word.
 */
import { nearest } from "../lib/nearest.ts";
import { UsageError } from "./io.ts";

/** Every flag: what its value is called ("" for a switch), and what it does. */
export const FLAGS = {
  role: {
    value: "ROLE[,ROLE…]",
    meaning: "serve: gateway, verify, balance, chat, or all of them in one process",
  },
  config: { value: "PATH", meaning: "configuration file; ./config.ini if that is there, else the defaults" },
  data: { value: "DIR", meaning: "folder of the built-in stores; ./data" },
  adopt: { value: "", meaning: "migrate: take over a database of the original" },
  json: { value: "", meaning: "print JSON instead of text" },
  help: { value: "", meaning: "print this text, or that of a command" },
} as const;

export type FlagName = keyof typeof FLAGS;

export interface ParsedArgs {
  /** A switch that is on has the value "". */
  readonly flags: ReadonlyMap<FlagName, string>;
  readonly words: readonly string[];
}

/** What people type out of habit, and what it stands for here. */
const HABITS: Readonly<Record<string, string>> = { "-h": "--help", "--version": "version" };
const flagNames = Object.keys(FLAGS) as FlagName[];
const isFlag = (name: string): name is FlagName => Object.hasOwn(FLAGS, name);

/** @throws UsageError for a flag that is unknown, given twice, or lacks its value. */
export function parseArgs(args: readonly string[]): ParsedArgs {
  const flags = new Map<FlagName, string>();
  const words: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const given = args[i] ?? "";
    const arg = HABITS[given] ?? given;
    if (arg === "--") {
      words.push(...args.slice(i + 1));
      break;
    }
    if (!arg.startsWith("-") || arg === "-") {
      words.push(arg);
      continue;
    }
    const [name, attached] = split(arg);
    if (!isFlag(name)) throw unknownFlag(arg, name);
    if (flags.has(name)) throw new UsageError(`--${name} is given twice`);
    if (FLAGS[name].value === "") {
      if (attached !== undefined) throw new UsageError(`--${name} takes no value`);
      flags.set(name, "");
      continue;
    }
    const next = args[i + 1];
    const value = attached ?? (next?.startsWith("--") ? undefined : next);
    if (attached === undefined && value !== undefined) i++;
    if (!value) throw new UsageError(`--${name} needs a value: --${name}=${FLAGS[name].value}`);
    flags.set(name, value);
  }
  return { flags, words };
}

function split(arg: string): [name: string, value: string | undefined] {
  const equals = arg.indexOf("=");
  if (equals < 0) return [arg.replace(/^--/, ""), undefined];
  return [arg.slice(0, equals).replace(/^--/, ""), arg.slice(equals + 1)];
}

function unknownFlag(arg: string, name: string): UsageError {
  const meant = nearest(name.replace(/^-+/, ""), flagNames);
  const shown = arg.split("=", 1)[0] ?? arg;
  return new UsageError(`unknown flag ${shown}${meant ? `; did you mean --${meant}?` : ""}`);
}
