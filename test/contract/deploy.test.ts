/**
 * @module contract/deploy
 * The files of `deploy/` say what the program and the real servers understand.
 */

import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { variableOf } from "../../src/config/load.ts";
import { schema } from "../../src/config/schema.ts";
import { RedisServer } from "../support/redis.ts";
import { freePort, startMariaDb, tempDir } from "../support/servers.ts";

const DEPLOY = join(import.meta.dir, "../../deploy");
const read = (name: string) => Bun.file(join(DEPLOY, name)).text();

describe("settings by environment", () => {
  const known = Object.entries(schema).flatMap(([section, { keys }]) =>
    Object.keys(keys).map((key) => variableOf(section, key)),
  );

  for (const name of ["compose.yaml", "systemd/chatsrv@.service"]) {
    test(`${name} names settings that exist`, async () => {
      const used = (await read(name)).match(/\bCHATSRV_[A-Z]+_[A-Z_]*[A-Z]\b/g) ?? [];
      expect(used.length).toBeGreaterThan(0);
      expect(
        used.filter((variable) => variable !== "CHATSRV_SECTION_KEY" && !known.includes(variable)),
      ).toEqual([]);
    });
  }
});

test("a stop is given longer than a drain takes", async () => {
  const drain = schema.ChattingServer.keys.drain_timeout.default;
  const unit = /^TimeoutStopSec=(\d+)$/m.exec(await read("systemd/chatsrv@.service"))?.[1];
  const compose = /stop_grace_period: (\d+)s/.exec(await read("compose.yaml"))?.[1];
  expect(Number(unit)).toBeGreaterThan(drain);
  expect(Number(compose)).toBeGreaterThan(drain);
});

test("Redis starts on redis.conf", async () => {
  const port = freePort();
  const config = [`include ${join(DEPLOY, "redis.conf")}`, "bind 127.0.0.1", `port ${port}`];
  const server = new RedisServer(port, { config }, tempDir("redis"));
  await server.start();
  expect(await server.command<string[]>("CONFIG", "GET", "maxmemory-policy")).toContain("noeviction");
});

test("MariaDB starts on mysql.cnf", async () => {
  const lines = (await read("mysql.cnf"))
    .split("\n")
    .filter((line) => /^[a-z_]+(?= =)/.test(line.replaceAll("-", "_")));
  expect(lines.length).toBeGreaterThan(5);
  // Less memory than a real server has; every other line as it is.
  const args = lines.map((line) => `--${line.replace(" = ", "=")}`).map((arg) => arg.replace("=1G", "=64M"));
  const server = await startMariaDb({ args: args.map((arg) => arg.replace("=512M", "=32M")) });
  const [row] = await server.query<{ charset: string }>("SELECT @@character_set_server AS charset");
  expect(row?.charset).toBe("utf8mb4");
});
