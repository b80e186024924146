/**
 * @module cli/system-io
 * The real process behind `Io`.
 */
import { isatty } from "node:tty";
import { streamOutput } from "../ops/output.ts";
import type { Io } from "./io.ts";

const STOP_SIGNALS = ["SIGTERM", "SIGINT"] as const;
/** Sent by people to say that files changed, and by the system to who loses his terminal. */
const HANGUP = "SIGHUP";

/** Made once per process: it takes over what nobody catches. */
export function systemIo(): Io {
  const stderr = streamOutput(process.stderr);
  const terminals = [0, 1, 2].filter((fd) => isatty(fd));
  // A terminal that hung up is none any more.
  const lostTerminal = () => process.platform === "win32" || terminals.some((fd) => !isatty(fd));
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
      const hungUp = () => {
        if (lostTerminal()) listener(HANGUP);
      };
      for (const signal of STOP_SIGNALS) process.on(signal, listener);
      process.on(HANGUP, hungUp);
      return () => {
        for (const signal of STOP_SIGNALS) process.off(signal, listener);
        process.off(HANGUP, hungUp);
      };
    },
    onReloadSignal: (listener) => {
      const asked = () => {
        if (!lostTerminal()) listener();
      };
      process.on(HANGUP, asked);
      return () => process.off(HANGUP, asked);
    },
    onCrash: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
