/**
 * @module test/unit/ops-logger
 * Log lines: their form, what they never hold, and that writing them harms nobody.
 */
import { describe, expect, test } from "bun:test";
import { AppError } from "../../src/domain/error.ts";
import type { LogLevel } from "../../src/lib/log.ts";
import { createLogger } from "../../src/ops/logger.ts";
import { streamOutput } from "../../src/ops/output.ts";
import { HeldClock } from "../support/clock.ts";

const clock = new HeldClock(Date.UTC(2026, 0, 31, 12, 34, 56, 789));

function capture(format: "json" | "pretty" = "json", level: LogLevel = "debug", colour = false) {
  const lines: string[] = [];
  const output = { write: (text: string) => void lines.push(text), flush: async () => undefined };
  const logger = createLogger({ level, format, colour, clock, output });
  return { logger, lines, only: () => JSON.parse(lines[0] ?? "null") as Record<string, unknown> };
}

describe("json", () => {
  test("one object per line: time, level, event, then the fields", () => {
    const { logger, lines } = capture();
    logger.log("info", "node.vanished", { node: "ChattingServer1", sessions: 3 });
    expect(lines).toEqual([
      '{"time":"2026-01-31T12:34:56.789Z","level":"info","event":"node.vanished","node":"ChattingServer1","sessions":3}\n',
    ]);
  });

  test("below the level nothing is written", () => {
    const { logger, lines } = capture("json", "warn");
    for (const level of ["debug", "info", "warn", "error"] as const) logger.log(level, level);
    expect(lines).toHaveLength(2);
  });

  test("a field cannot take the head's place, nor break the line", () => {
    const { logger, lines, only } = capture();
    logger.log("info", "x", { time: "never", level: "error", event: "y", text: 'a\nb"\u2028' });
    expect(only()).toEqual({
      time: "2026-01-31T12:34:56.789Z",
      level: "info",
      event: "x",
      text: 'a\nb"\u2028',
    });
    expect(lines[0]?.trimEnd()).not.toContain("\n");
  });

  test("secrets are masked by name at any depth; a mailed code and numbers are not", () => {
    const { logger, lines, only } = capture();
    logger.log("info", "mail.outbox", {
      code: "123456",
      password: "hunter2",
      resume_token: "hunter2",
      mysql: { userPassword: "hunter2", list: [{ apiKey: "hunter2", Authorization: "hunter2" }] },
      tokens_issued: 3,
      secret: "",
    });
    expect(lines[0]).not.toContain("hunter2");
    expect(only()).toMatchObject({ code: "123456", tokens_issued: 3, secret: "", password: "********" });
  });

  test("an error shows name, message, code and cause, and its stack at level error only", () => {
    const error = new AppError("UNAVAILABLE", {
      detail: "MySQL is not available",
      cause: new Error("ECONNREFUSED"),
    });
    const at = (level: LogLevel) => {
      const { logger, only } = capture();
      logger.log(level, "x", { error });
      return only().error as Record<string, unknown>;
    };
    expect(at("warn")).toEqual({
      name: "AppError",
      message: "UNAVAILABLE: MySQL is not available",
      code: "UNAVAILABLE",
      detail: "MySQL is not available",
      cause: { name: "Error", message: "ECONNREFUSED" },
    });
    expect(at("error").stack).toContain("ops-logger.test.ts");
  });

  test("any value can be logged", () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    const { logger, lines, only } = capture();
    logger.log("info", "x", {
      circle,
      big: 10n,
      nan: Number.NaN,
      call: () => 1,
      bytes: new Uint8Array(3),
      map: new Map([["a", 1]]),
      long: "x".repeat(100_000),
      symbol: Symbol("s"),
      date: new Date(Number.NaN),
      nothing: undefined,
    });
    expect(only()).toMatchObject({ big: "10", nan: "NaN", bytes: "3 bytes", map: [["a", 1]] });
    expect(lines[0]?.length).toBeLessThan(10_000);
  });
});

describe("pretty", () => {
  test("time of day, level, event, fields", () => {
    const { logger, lines } = capture("pretty");
    logger.log("warn", "node.vanished", { node: "ChattingServer1", why: "lease ended", n: 3 });
    expect(lines[0]).toBe('12:34:56.789 WARN  node.vanished node=ChattingServer1 why="lease ended" n=3\n');
  });

  test("colours for a terminal, an error's stack below", () => {
    const { logger, lines } = capture("pretty", "debug", true);
    logger.log("error", "x", { error: new Error("no\x1b[2J") });
    expect(lines[0]).toContain("\x1b[31mERROR\x1b[0m");
    expect(lines[0]).toContain("\n    Error: no");
  });

  test("text from outside cannot move the cursor", () => {
    const { logger, lines } = capture("pretty");
    logger.log("warn", "x", { name: "a\x1b[2Jb", error: new Error("c\x1b[2Jd") });
    expect(lines[0]).not.toContain("\x1b");
  });
});

describe("output", () => {
  /** A stream whose reader takes what was written when `read` is called. */
  function slowStream() {
    const written: string[] = [];
    const waiting: (() => void)[] = [];
    return {
      written,
      write: (text: string, done: () => void) => {
        written.push(text);
        waiting.push(done);
      },
      on: () => {},
      read: () => {
        for (const done of waiting.splice(0)) done();
      },
    };
  }

  test("one turn is one write, in order, and flush waits for the reader", async () => {
    const stream = slowStream();
    const output = streamOutput(stream);
    output.write("a\n");
    output.write("b\n");
    const flushed = output.flush().then(() => "flushed");
    expect(stream.written).toEqual(["a\nb\n"]);
    expect(await Promise.race([flushed, Promise.resolve("waiting")])).toBe("waiting");
    stream.read();
    expect(await flushed).toBe("flushed");
    await output.flush();
  });

  test("what does not arrive is told at the flush", async () => {
    const full = new Error("ENOSPC");
    const output = streamOutput({ write: (_, done) => done(full), on: () => {} });
    output.write("lost\n");
    expect(await output.flush()).toBe(full);
  });

  test("a reader that does not read costs bounded memory, and is told what it missed", async () => {
    const stream = slowStream();
    const output = streamOutput(stream);
    const line = `${"x".repeat(1024 * 1024 - 1)}\n`;
    for (let i = 0; i < 20; i++) output.write(line);
    const flushed = output.flush();
    stream.read();
    await flushed;
    output.write("back\n");
    const last = output.flush();
    stream.read();
    await last;
    expect(stream.written.join("").length).toBeLessThan(10 * 1024 * 1024);
    expect(stream.written.at(-1)).toBe('{"level":"warn","event":"log.dropped","lines":11}\nback\n');
  });
});
