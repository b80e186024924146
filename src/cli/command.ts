/**
 * @module cli/command
 * What a command is made of. Its text in `--help`, its flags and its words are checked before it runs.
 */
import type { FlagName, ParsedArgs } from "./args.ts";
import type { Io } from "./io.ts";

export interface Command {
  readonly name: string;
  /** The words after the name, as in the usage line: `MSG_ID`. */
  readonly words: readonly string[];
  readonly flags: readonly FlagName[];
  /** One line. */
  readonly summary: string;
  /** What a person should know beyond that; "" for nothing. */
  readonly more: string;
  /** Writes a log, which nobody need read. What any other command prints has to arrive, else it has failed. */
  readonly logs?: true;
  /**
   * @param words as many as declared.
   * @returns the exit code.
   * @throws UsageError, ConfigError, CommandFailure, AppError: told by cli/run.
   */
  run(args: ParsedArgs, io: Io): Promise<number>;
}
