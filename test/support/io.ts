/**
 * @module support/io
 * The world of a command that runs inside a test: its output as text, signals on demand.
 */
import type { Io } from "../../src/cli/io.ts";
import { run } from "../../src/cli/run.ts";

export interface FakeIo extends Io {
  /** What was written so far. */
  readonly out: () => string;
  readonly err: () => string;
  /** Sends the process a signal to stop. */
  readonly signal: () => void;
  /** Tells the process that its files have changed. */
  readonly reload: () => void;
  /** Throws something that nobody catches. */
  readonly crash: (error: unknown) => void;
}

export function fakeIo(cwd: string, env: Readonly<Record<string, string>> = {}): FakeIo {
  const written = { out: "", err: "" };
  const output = (name: "out" | "err") => ({
    write: (text: string) => {
      written[name] += text;
    },
    flush: async () => undefined,
  });
  const stops = new Set<(signal: string) => void>();
  const reloads = new Set<() => void>();
  const crashes = new Set<(error: unknown) => void>();
  return {
    stdout: output("out"),
    stderr: output("err"),
    env,
    cwd,
    isTty: false,
    onStopSignal: (listener) => {
      stops.add(listener);
      return () => void stops.delete(listener);
    },
    onReloadSignal: (listener) => {
      reloads.add(listener);
      return () => void reloads.delete(listener);
    },
    onCrash: (listener) => {
      crashes.add(listener);
      return () => void crashes.delete(listener);
    },
    out: () => written.out,
    err: () => written.err,
    signal: () => {
      for (const listener of stops) listener("SIGTERM");
    },
    reload: () => {
      for (const listener of reloads) listener();
    },
    crash: (error) => {
      for (const listener of crashes) listener(error);
    },
  };
}

/** Runs one command line to its end. */
export async function chatsrv(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number; out: string; err: string }> {
  const io = fakeIo(cwd, env);
  const code = await run(args, io);
  return { code, out: io.out(), err: io.err() };
}
