/**
 * @module support/process
 * A real server as a process of its own that a test can kill, stop, pause and start again.
 */

import { closeSync, openSync, readFileSync } from "node:fs";
import { atEnd } from "./cleanup.ts";
import { until } from "./until.ts";

/** What a server process is started from. */
export interface ProcessOptions {
  /** What it is called in errors. */
  name: string;
  /** Program and arguments; the program is looked up on the PATH and in the folders of system programs. */
  command: readonly string[];
  /** Added to the environment of this process; `undefined` removes a variable. */
  env?: Record<string, string | undefined>;
  /** Where its standard output and error are appended. */
  logFile: string;
  /** Milliseconds it may take to become ready; 30 seconds unless given. */
  readyTimeoutMs?: number;
  /** Polled after the start: returns something truthy, without throwing, once the server answers. */
  ready: () => unknown;
}

/** Where system programs lie that are not on every user's PATH. */
const SYSTEM_PATH = `${process.env.PATH ?? ""}:/usr/sbin:/usr/local/sbin`;

/**
 * Finds a program the tests need.
 * @throws Error that says what to install; a missing server fails the test, it never skips it.
 */
export function program(name: string): string {
  const path = Bun.which(name, { PATH: SYSTEM_PATH });
  if (path) return path;
  throw new Error(`${name} is not installed; "sh test/support/setup.sh" installs it or says what to install`);
}

/** One server process; `start` it first. At the end of the test process it is killed. */
export class ServerProcess {
  readonly #options: ProcessOptions;
  #child: Bun.Subprocess | undefined;
  #forgotten = true;

  constructor(options: ProcessOptions) {
    this.#options = options;
  }

  /** What it is called in errors. */
  get name(): string {
    return this.#options.name;
  }

  /** The process id. @throws Error when it is not running. */
  get pid(): number {
    return this.#running().pid;
  }

  /** Whether the process exists; a paused one does. */
  get running(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** What it has written so far, over all its starts. */
  log(): string {
    return readFileSync(this.#options.logFile, "utf8");
  }

  /**
   * Starts it and resolves once it is ready.
   * @throws Error with the end of its log when it exits instead or is not ready in time.
   */
  async start(): Promise<void> {
    const { name, command, env, logFile, ready, readyTimeoutMs = 30_000 } = this.#options;
    if (this.running) throw new Error(`${name} is running already`);
    if (this.#forgotten) atEnd(() => this.kill());
    this.#forgotten = false;

    const [file = "", ...args] = command;
    const log = openSync(logFile, "a");
    const child = Bun.spawn([...dieWithParent(), program(file), ...args], {
      env: { ...process.env, ...env },
      stdin: "ignore",
      stdout: log,
      stderr: log,
    });
    closeSync(log);
    this.#child = child;

    try {
      await until(async () => !this.running || (await ready()), { timeoutMs: readyTimeoutMs, what: name });
      if (!this.running) throw new Error(`${name} exited with ${child.exitCode ?? child.signalCode}`);
    } catch (cause) {
      await this.kill();
      throw new Error(`${name} did not start; the end of its log:\n${this.log().slice(-2_000)}`, { cause });
    }
  }

  /** Ends it as a crash does (SIGKILL) and resolves when it is gone. */
  async kill(): Promise<void> {
    this.#child?.kill("SIGKILL");
    await this.#child?.exited;
  }

  /**
   * Asks it to end (SIGTERM) and resolves to its exit code when it has, null when a signal ended it.
   * @throws Error, after killing it, when it has not ended within `timeoutMs`.
   */
  async stop(timeoutMs = 30_000): Promise<number | null> {
    const child = this.#child;
    if (!child) return null;
    this.signal("SIGCONT");
    this.signal("SIGTERM");
    const late = Bun.sleep(timeoutMs).then(() => "late" as const);
    if ((await Promise.race([child.exited, late])) === "late") {
      await this.kill();
      throw new Error(`${this.#options.name} had not ended ${timeoutMs} ms after SIGTERM`);
    }
    return child.exitCode;
  }

  /** Stops it if it runs, then starts it as it was first: same port, same data. */
  async restart(): Promise<void> {
    if (this.running) await this.stop();
    await this.start();
  }

  /** Halts it (SIGSTOP): its connections stay open and nobody answers. */
  pause(): void {
    this.#running().kill("SIGSTOP");
  }

  /** Lets a paused one go on (SIGCONT). */
  resume(): void {
    this.#running().kill("SIGCONT");
  }

  /** Sends a signal if the process exists. */
  signal(signal: NodeJS.Signals): void {
    if (this.running) this.#child?.kill(signal);
  }

  #running(): Bun.Subprocess {
    if (!this.#child || !this.running) throw new Error(`${this.#options.name} is not running`);
    return this.#child;
  }
}

/** A prefix for a command that has Linux kill it when this process dies, however it dies. */
function dieWithParent(): string[] {
  const setpriv = Bun.which("setpriv", { PATH: SYSTEM_PATH });
  return setpriv ? [setpriv, "--pdeathsig=KILL", "--"] : [];
}
