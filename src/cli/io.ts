/**
 * @module cli/io
 * What a command knows of the world around it. main.ts passes the real one, a test one of its own.
 */
import type { LogOutput } from "../ops/output.ts";

export interface Io {
  readonly stdout: LogOutput;
  readonly stderr: LogOutput;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where relative paths start. */
  readonly cwd: string;
  /** Whether a person reads standard output: then it may be coloured. */
  readonly isTty: boolean;
  /** Calls back on SIGTERM, SIGINT, and the SIGHUP of a terminal that is gone. @returns a function that ends it. */
  onStopSignal(listener: (signal: string) => void): () => void;
  /** Calls back on any other SIGHUP: files that were read at the start have changed. @returns a function that ends it. */
  onReloadSignal(listener: () => void): () => void;
  /** Calls back with what nobody caught; the process ends with code 1 afterwards. @returns a function that ends it. */
  onCrash(listener: (error: unknown) => void): () => void;
}

/** Ends of the process: 0 clean, 1 failure, 2 usage or configuration. */
export const EXIT = { ok: 0, failure: 1, usage: 2 } as const;

/** The command line is wrong. The message names the mistake and, where there is one, the nearest right word. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The command cannot be carried out, for a reason that the message tells a person. */
export class CommandFailure extends Error {
  override readonly name = "CommandFailure";
}

/** Waits until all that was printed has arrived. @throws CommandFailure when something did not */
export async function printed({ stdout }: Pick<Io, "stdout">): Promise<void> {
  const failure = await stdout.flush(Number.POSITIVE_INFINITY);
  if (failure) throw new CommandFailure(`standard output does not take what is printed: ${failure.message}`);
}
