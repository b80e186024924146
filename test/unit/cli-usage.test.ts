/**
 * @module test/unit/cli-usage
 * The command line: help, and what a person is told who types it wrong. Exit codes are the design's.
 */
import { describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "../../src/cli/args.ts";
import { commands } from "../../src/cli/commands.ts";
import { chatsrv } from "../support/io.ts";
import { tempDir } from "../support/tempdir.ts";

const cwd = tempDir("usage");

describe("help", () => {
  test.each([[], ["--help"], ["-h"], ["help"]].map((args) => [args]))(
    "%j names every command",
    async (args) => {
      const { code, out, err } = await chatsrv(args, cwd);
      expect([code, err]).toEqual([0, ""]);
      for (const { name } of commands.slice(1)) expect(out).toContain(`chatsrv ${name}`);
      expect(out).toContain("chatsrv --role=all");
    },
  );

  test.each(commands.map(({ name }) => name))("%s --help tells its flags", async (name) => {
    const command = commands.find((one) => one.name === name);
    for (const args of [
      [name, "--help"],
      ["help", name],
    ]) {
      const { code, out } = await chatsrv(args, cwd);
      expect(code).toBe(0);
      for (const flag of command?.flags ?? []) expect(out).toContain(`--${flag}`);
    }
  });

  test("no line is wider than a terminal of 120", async () => {
    const { out } = await chatsrv([], cwd);
    for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(120);
  });

  test.each(["version", "--version"])("%s", async (word) => {
    const { code, out } = await chatsrv([word], cwd);
    expect(code).toBe(0);
    expect(out).toMatch(/^chatsrv \d+\.\d+\.\d+/);
  });
});

describe("mistakes end with 2 and name themselves", () => {
  test.each([
    [["chek"], "unknown command chek; did you mean check?"],
    [["frobnicate"], "unknown command frobnicate"],
    [["--rol=all"], "unknown flag --rol; did you mean --role?"],
    [["-role=all"], "unknown flag -role; did you mean --role?"],
    [["--frobnicate"], "unknown flag --frobnicate"],
    [["--role"], "--role needs a value: --role=ROLE"],
    [["--role="], "--role needs a value"],
    [["--role=gatway"], "unknown role gatway; did you mean gateway?"],
    [["--role=all,"], "unknown role (empty)"],
    [["--role=all", "--role=chat"], "--role is given twice"],
    [["--role=all", "--json"], "serve takes no --json; it belongs to migrate, check, status, user"],
    [["--config=x"], "--config without a command; to serve, add --role=all"],
    [["serve"], "which role?"],
    [["trace"], "trace needs MSG_ID"],
    [["trace", "a", "b"], "trace: b is one word too many"],
    [["user"], "user needs list"],
    [["user", "lst"], "unknown word lst"],
    [["check", "--json=yes"], "--json takes no value"],
    [["check", "--config"], "--config needs a value: --config=PATH"],
    [["check", "--config", "--json"], "--config needs a value"],
    [["check", "--config=nix.ini"], "--config=nix.ini: there is no such file"],
    [["status", "--config", "."], "the configuration . cannot be read"],
    [
      ["--role=chat"],
      "--role=chat: roles in several processes share codes, tokens and sessions by Redis: set [Redis]",
    ],
  ] as const)("%j", async (args, message) => {
    const { code, out, err } = await chatsrv(args, cwd);
    expect(err.split("\n", 1)[0]).toStartWith(`chatsrv: ${message}`);
    expect(err).toContain("Usage\n");
    expect([code, out]).toEqual([2, ""]);
  });

  test("gateway and chat apart need a shared store, together they do not", async () => {
    const env = { CHATSRV_REDIS_HOST: "127.0.0.1" };
    const { code, err } = await chatsrv(["--role=gateway,verify"], cwd, env);
    expect(code).toBe(2);
    expect(err).toContain("set [MySQL] in the configuration");
  });

  test("mistakes in the configuration are told at once, without the usage", async () => {
    writeFileSync(
      join(cwd, "bad.ini"),
      "[GateServer]\nprot = 1\n[MySQL]\npassword = hunter2 # x\nport = hunter2\n",
    );
    const { code, err } = await chatsrv(["check", "--config=bad.ini"], cwd, { CHATSRV_LOG_LEVEL: "loud" });
    expect(code).toBe(2);
    expect(err).toBe(
      "chatsrv: the configuration has 3 mistakes\n" +
        "  bad.ini:2 [GateServer] prot = 1: unknown key; did you mean port?\n" +
        "  bad.ini:5 [MySQL] port = hunter2: must be a whole number from 0 to 65535\n" +
        "  CHATSRV_LOG_LEVEL [Log] level = loud: must be one of debug, info, warn, error\n",
    );
  });
});

describe("arguments", () => {
  test("--name VALUE and --name=VALUE are the same, in any place", () => {
    for (const args of [
      ["--config", "a b", "trace", "x"],
      ["trace", "--config=a b", "x"],
    ]) {
      const { flags, words } = parseArgs(args);
      expect(flags.get("config")).toBe("a b");
      expect(words).toEqual(["trace", "x"]);
    }
  });

  test("after -- everything is a word; a value may hold =", () => {
    expect(parseArgs(["trace", "--", "--x"]).words).toEqual(["trace", "--x"]);
    expect(parseArgs(["--data=a=b"]).flags.get("data")).toBe("a=b");
  });
});

describe("the configuration file", () => {
  test("config.ini of the working directory is read when none is named", async () => {
    const dir = join(cwd, "with-config");
    mkdirSync(dir);
    writeFileSync(join(dir, "config.ini"), "[GateServer]\nport = 1234\n");
    const { code, out } = await chatsrv(["check", "--json"], dir);
    expect(code).toBe(0);
    const { file, settings } = JSON.parse(out) as {
      file: string;
      settings: { key: string; origin: string }[];
    };
    expect(file).toBe("config.ini");
    expect(settings.find((setting) => setting.key === "port")?.origin).toBe("config.ini:2");
  });
});
