/**
 * @module e2e/data-folder
 * What is embedded belongs to one server: of any number that are started on one data folder, or on one database, one
 * serves, and the others say why not. The tools beside it work.
 */
import { afterEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { Chatsrv, FROM_SOURCES, USUAL_ENV } from "../support/chatsrv-process.ts";
import { tempDir } from "../support/tempdir.ts";
import { until } from "../support/until.ts";
import { makeUsers } from "../support/users.ts";

const running: Chatsrv[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.kill()));
});

function server(dataDir: string, env: Record<string, string> = {}): Chatsrv {
  const made = new Chatsrv({ dataDir, env });
  running.push(made);
  return made;
}

/** A command line to its end. */
async function chatsrv(args: readonly string[], env: Record<string, string> = {}) {
  const child = Bun.spawn([...FROM_SOURCES, ...args], {
    cwd: tempDir("command"),
    env: { ...process.env, ...USUAL_ENV, ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const text = (stream: ReadableStream) => new Response(stream).text();
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), child.exited]);
  return { out, err, code };
}

test("of several that start at once on a folder that is not there yet, one serves", async () => {
  const data = join(tempDir("shared"), "data");
  const servers = Array.from({ length: 4 }, () => server(data));
  const started = await Promise.allSettled(servers.map((one) => one.start()));
  expect(started.map(({ status }) => status).sort()).toEqual([
    "fulfilled",
    "rejected",
    "rejected",
    "rejected",
  ]);
  for (const one of servers.filter((_, i) => started[i]?.status === "rejected"))
    expect(one.log()).toContain(`chatsrv: ${data} is in use by `);
});

test("a stopped server keeps its folder, a killed one does not", async () => {
  const data = tempDir("shared");
  const first = server(data);
  await first.start();
  first.pause();
  const second = await chatsrv(["--role=all", `--data=${data}`]);
  expect(second.code).toBe(1);
  expect(second.err).toBe(
    `chatsrv: ${data} is in use by the server with process id ${first.pid}; stop it, or give this one another --data\n`,
  );
  first.resume();
  await first.kill();
  expect(existsSync(join(data, "chatsrv.run.json"))).toBe(true);
  const third = server(data);
  await third.start();
  expect(await third.stop()).toBe(0);
});

test("one database is one server's, whatever the folders and the ways to it are called", async () => {
  const dir = tempDir("shared");
  mkdirSync(join(dir, "real"));
  symlinkSync(join(dir, "real"), join(dir, "other"));
  const at = (folder: string) => ({ CHATSRV_STORAGE_PATH: join(dir, folder, "chat.db") });
  const first = server(join(dir, "a"), at("real"));
  await first.start();
  const { code, err } = await chatsrv(["--role=all", `--data=${join(dir, "b")}`], at("other"));
  expect(code).toBe(1);
  expect(err).toContain(`${join(dir, "other", "chat.db")} is in use by another server; stop it`);
  expect(err).toContain("another [Storage] path");
});

test("the tools work beside a server, also beside one that is stopped", async () => {
  const data = tempDir("shared");
  const first = server(data);
  await first.start();
  const [user] = await makeUsers(first, first.api, 1, "tool");
  const tool = (...args: string[]) => chatsrv([...args, `--data=${data}`]);
  expect((await tool("status")).out).toContain(`process id ${first.pid}`);
  first.pause();
  const list = await tool("user", "list");
  expect([list.code, list.err]).toEqual([0, ""]);
  expect(list.out).toContain(user?.username ?? "nobody");
  expect((await tool("check")).out).toMatch(/^ok +storage /m);
  expect((await tool("trace", "nothing")).err).toContain("nothing");
  expect((await tool("migrate")).out).toBe("The database is up to date.\n");
  first.resume();
  await until(async () => (await tool("status")).code === 0, { what: "the server to answer" });
});
