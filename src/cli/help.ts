/**
 * @module cli/help
 * The help texts, from the tables of commands and flags.
 */
import { FLAGS, type FlagName } from "./args.ts";
import type { Command } from "./command.ts";
import { columns } from "./text.ts";

/** `chatsrv`, `chatsrv --help`. */
export function helpText(commands: readonly Command[]): string {
  return `chatsrv: a whole chat backend in one executable.

Usage
${usageLines(commands)}
Start
  chatsrv --role=all    serves everything in one process on built-in stores in ./data; nothing else is needed.
                        For several processes set [MySQL] and [Redis] in config.ini, and give each its roles.

Flags
${flagLines(Object.keys(FLAGS) as FlagName[])}
Every setting is explained in config.ini.example, and can be given as CHATSRV_SECTION_KEY in the environment.
Exit codes: 0 done, 1 failed, 2 wrong usage or configuration.
`;
}

/** `chatsrv COMMAND --help`, and what follows a mistake in a command's line. */
export function commandHelp(command: Command): string {
  const more = command.more === "" ? "" : `\n${command.more}\n`;
  return `Usage\n${usageLines([command])}${more}\nFlags\n${flagLines([...command.flags, "help"])}`;
}

/** A line per command. */
export function usageLines(commands: readonly Command[]): string {
  return columns(
    commands.map((command) => [usageOf(command), command.summary]),
    "  ",
  );
}

function usageOf({ name, words }: Command): string {
  if (name === "serve") return "chatsrv --role=ROLE[,ROLE…]";
  return ["chatsrv", name, ...words].join(" ");
}

function flagLines(names: readonly FlagName[]): string {
  const rows = names.map((name) => {
    const { value, meaning } = FLAGS[name];
    return [value === "" ? `--${name}` : `--${name}=${value}`, meaning];
  });
  return columns(rows, "  ");
}
