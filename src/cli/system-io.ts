/**
 * @module cli/system-io
 * The real process behind `Io`.
 */
import { streamOutput } from "../ops/output.ts";
import type { Io } from "./io.ts";

const STOP_SIGNALS = ["SIGTERM", "SIGINT"] as const;

/** Made once per process: it takes over what nobody catches. */
export function systemIo(): Io {
  const stderr = streamOutput(process.stderr);
  const listeners = new Set<(error: unknown) => void>();
  const crashed = (error: unknown) => {
    stderr.write(`chatsrv: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    for (const listener of listeners) listener(error);
  };
  process.on("uncaughtException", crashed);
  process.on("unhandledRejection", crashed);
  return {
    stdout: streamOutput(process.stdout),
    stderr,
    env: process.env,
    cwd: process.cwd(),
    isTty: process.stdout.isTTY === true && !process.env.NO_COLOR,
    onStopSignal: (listener) => {
      for (const signal of STOP_SIGNALS) process.on(signal, listener);
      return () => {
        for (const signal of STOP_SIGNALS) process.off(signal, listener);
      };
    },
    onCrash: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
