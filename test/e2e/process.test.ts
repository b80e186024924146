/**
 * @module e2e/process
 * The program as the system sees it: exit codes, signals, a log reader that goes away, and a crash.
 */
import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { FROM_SOURCES, USUAL_ENV } from "../support/chatsrv-process.ts";
import { atEnd } from "../support/cleanup.ts";
import { tempDir } from "../support/tempdir.ts";
import { until } from "../support/until.ts";

function spawn(args: readonly string[], command: readonly string[] = FROM_SOURCES) {
  const child = Bun.spawn([...command, ...args], {
    cwd: tempDir("process"),
    env: { ...process.env, ...USUAL_ENV, NO_COLOR: "1" },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  atEnd(async () => child.kill("SIGKILL"));
  return child;
}

const textOf = (stream: ReadableStream<Uint8Array>): Promise<string> => new Response(stream).text();

/** Gathers what a stream brings, until it ends or is given up. */
function follow(stream: ReadableStream<Uint8Array>) {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let text = "";
  const read = async () => {
    for (let part = await reader.read(); !part.done; part = await reader.read())
      text += decoder.decode(part.value, { stream: true });
    return text;
  };
  const whole = read();
  const ready = () => until(() => text.includes('"event":"ready"'), { what: "the ready line" });
  return { whole, ready, giveUp: () => reader.cancel() };
}

describe("exit codes and streams", () => {
  test.each(["check", "check --json", "version", "help"])("%s fails where it cannot print", async (words) => {
    const command = ["sh", "-c", `exec "$0" "$@" ${words} >/dev/full`, ...FROM_SOURCES];
    const child = spawn([], command);
    expect(await textOf(child.stderr)).toContain("ENOSPC");
    expect(await child.exited).toBe(1);
  });

  test.each([
    [[], 0, "stdout"],
    [["--help"], 0, "stdout"],
    [["version"], 0, "stdout"],
    [["trace", "nix"], 1, "stderr"],
    [["status"], 1, "stderr"],
    [["--nix"], 2, "stderr"],
    [["--role=nix"], 2, "stderr"],
    [["nix"], 2, "stderr"],
  ] as const)("%j", async (args, code, stream) => {
    const child = spawn(args);
    const [stdout, stderr] = await Promise.all([textOf(child.stdout), textOf(child.stderr)]);
    expect(await child.exited).toBe(code);
    expect(stream === "stdout" ? stdout : stderr).toContain("chatsrv");
    expect(stream === "stdout" ? stderr : stdout).toBe("");
  });
});

describe("a server", () => {
  test.each(["SIGTERM", "SIGINT"] as const)(
    "%s: takes leave and ends with 0, every line a JSON object",
    async (signal) => {
      const child = spawn(["--role=all"]);
      const log = follow(child.stdout);
      await log.ready();
      child.kill(signal);
      expect(await child.exited).toBe(0);
      const lines = (await log.whole).trimEnd().split("\n");
      const events = lines.map((line) => (JSON.parse(line) as { event: string }).event);
      expect(events.filter((event) => ["ready", "stopping", "stopped"].includes(event))).toEqual([
        "ready",
        "stopping",
        "stopped",
      ]);
      expect(await textOf(child.stderr)).toContain("is ready.");
    },
  );

  test("goes on when nobody reads its log any more", async () => {
    const child = spawn(["--role=all"]);
    const log = follow(child.stdout);
    await log.ready();
    await log.giveUp();
    child.kill("SIGTERM");
    expect(await child.exited).toBe(0);
  });

  test("what nobody catches ends it with 1, and is in the log", async () => {
    const fault = join(tempDir("fault"), "fault.ts");
    writeFileSync(fault, 'process.on("SIGUSR2", () => { throw new Error("boom"); });\n');
    const [bun = "", main = ""] = FROM_SOURCES;
    const child = spawn(["--role=all"], [bun, "--preload", fault, main]);
    const log = follow(child.stdout);
    await log.ready();
    child.kill("SIGUSR2");
    expect(await child.exited).toBe(1);
    expect(await log.whole).toMatch(/"level":"error","event":"crashed".*boom/);
    expect(await textOf(child.stderr)).toContain("boom");
  });
});
