/**
 * @module cli/run
 * From the command line to an exit code. Every error that a command lets through is told here, once.
 */
import { ConfigError } from "../config/load.ts";
import { nearest } from "../lib/nearest.ts";
import { type ParsedArgs, parseArgs } from "./args.ts";
import type { Command } from "./command.ts";
import { commands } from "./commands.ts";
import { commandHelp, helpText, usageLines } from "./help.ts";
import { EXIT, type Io, printed, UsageError } from "./io.ts";
import { reasonOf } from "./reason.ts";

/** Runs a command line (without the program's name). Never rejects. @returns the exit code */
export async function run(args: readonly string[], io: Io): Promise<number> {
  let command: Command | undefined;
  try {
    const { flags, words } = parseArgs(args);
    const help = words[0] === "help" || flags.has("help");
    const named = words[0] === "help" ? words.slice(1) : words;
    command = pick(named[0], flags);
    if (command === undefined || help) {
      io.stdout.write(command ? commandHelp(command) : helpText(commands));
      await printed(io);
      return EXIT.ok;
    }
    const parsed = { flags, words: named.slice(1) };
    requireFit(command, parsed);
    const code = await command.run(parsed, io);
    if (!command.logs) await printed(io);
    return code;
  } catch (error) {
    return tell(error, command, io);
  }
}

/** The command that is meant; undefined for the help text. @throws UsageError */
function pick(word: string | undefined, flags: ParsedArgs["flags"]): Command | undefined {
  const name = word ?? (flags.has("role") ? "serve" : undefined);
  if (name === undefined) {
    const [flag] = flags.keys();
    if (flag === undefined || flags.has("help")) return undefined;
    throw new UsageError(`--${flag} without a command; to serve, add --role=all`);
  }
  const command = commands.find((one) => one.name === name);
  if (command) return command;
  const names = commands.map((one) => one.name);
  const meant = nearest(name, names);
  throw new UsageError(`unknown command ${name}${meant ? `; did you mean ${meant}?` : ""}`);
}

/** Whether flags and words are those of the command. @throws UsageError */
function requireFit(command: Command, { flags, words }: ParsedArgs): void {
  for (const flag of flags.keys())
    if (!command.flags.includes(flag)) {
      const users = commands.filter((one) => one.flags.includes(flag)).map((one) => one.name);
      throw new UsageError(`${command.name} takes no --${flag}; it belongs to ${users.join(", ")}`);
    }
  const missing = command.words[words.length];
  if (missing) throw new UsageError(`${command.name} needs ${missing}`);
  const extra = words[command.words.length];
  if (extra !== undefined) throw new UsageError(`${command.name}: ${extra} is one word too many`);
}

function tell(error: unknown, command: Command | undefined, io: Io): number {
  if (error instanceof UsageError) {
    const usage = command ? commandHelp(command) : `Usage\n${usageLines(commands)}`;
    io.stderr.write(`chatsrv: ${error.message}\n\n${usage}`);
    return EXIT.usage;
  }
  if (error instanceof ConfigError) {
    const { problems } = error;
    const head =
      problems.length === 1
        ? "the configuration has a mistake"
        : `the configuration has ${problems.length} mistakes`;
    io.stderr.write(`chatsrv: ${head}\n${problems.map((problem) => `  ${problem}\n`).join("")}`);
    return EXIT.usage;
  }
  io.stderr.write(`chatsrv: ${reasonOf(error)}\n`);
  return EXIT.failure;
}
