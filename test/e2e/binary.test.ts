/**
 * @module e2e/binary
 * The one executable, alone in an empty folder: everything it needs is inside it.
 */
import { beforeAll, expect, test } from "bun:test";
import { chmodSync, copyFileSync, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Chatsrv } from "../support/chatsrv-process.ts";
import { startCluster } from "../support/cluster-process.ts";
import { DesktopPeer } from "../support/desktop-peer.ts";
import { tempDir } from "../support/tempdir.ts";
import { until } from "../support/until.ts";
import { befriend, connect, connectApart, makeUsers } from "../support/users.ts";

const ROOT = join(import.meta.dir, "../..");
/** Nothing but the executable; no Bun on the PATH either. */
const folder = tempDir("binary");
const binary = join(folder, "chatsrv");
const env = { PATH: "/usr/bin:/bin" };

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const child = Bun.spawn([binary, ...args], {
    cwd: folder,
    env,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const text = (stream: ReadableStream) => new Response(stream).text();
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), child.exited]);
  return { code, out, err };
}

beforeAll(async () => {
  const build = Bun.spawn([process.execPath, "deploy/build.ts"], {
    cwd: ROOT,
    stdout: "ignore",
    stderr: "inherit",
  });
  expect(await build.exited).toBe(0);
  copyFileSync(join(ROOT, "chatsrv"), binary);
  chmodSync(binary, 0o755);
}, 120_000);

test("tells what it can do, and what is wrong with a command line", async () => {
  for (const args of [[], ["--help"]]) {
    const { code, out } = await run(...args);
    expect([code, out]).toEqual([0, expect.stringContaining("--role")]);
  }
  expect(await run("version")).toMatchObject({ code: 0, out: expect.stringMatching(/\d+\.\d+\.\d+/) });
  expect(await run("--rolle=all")).toMatchObject({ code: 2, err: expect.stringContaining("--role") });
  expect(await run("--role=chef")).toMatchObject({ code: 2, err: expect.stringContaining("chef") });
  expect(await run("serv")).toMatchObject({ code: 2 });
  expect(await run("--role=all", "--config=none.ini")).toMatchObject({ code: 2 });
  expect(readdirSync(folder)).toEqual(["chatsrv"]);
});

test("serves everything on embedded stores, in the folder it was started in", async () => {
  const server = new Chatsrv({
    command: ["sh", "-c", `cd '${folder}' && exec ./chatsrv "$@"`, "chatsrv"],
    dataDir: join(folder, "data"),
    env,
  });
  await server.start();
  const [a, b, c] = await makeUsers(server, server.api, 3, "binary");
  if (!a || !b || !c) throw new Error("users were asked for");
  const clients = [await connect(server.api, a), await connect(server.api, b)] as const;
  await befriend(...clients);
  await clients[0].sendTexts(b.uuid, ["one", "two"]);
  await until(() => clients[1].from(a.uuid).length === 2);
  const desktop = new DesktopPeer(server.url);
  expect((await desktop.login(c)).error).toBe(0);
  expect((await fetch(`${server.url}/`)).status).toBe(200);
  const describedAs = async (api: string) =>
    ((await (await fetch(`${server.url}/${api}.json`)).json()) as Record<string, string>)[api];
  expect([await describedAs("openapi"), await describedAs("asyncapi")]).toEqual(["3.1.0", "3.0.0"]);
  for (const client of clients) client.close();

  expect(await server.stop()).toBe(0);
  expect(existsSync(join(folder, "data/chatsrv.db"))).toBe(true);
  await server.start();
  const back = await connect(server.api, b, { known: new Map() });
  expect(back.from(a.uuid)).toEqual(["one", "two"]);
  back.close();
  expect(await server.stop()).toBe(0);
}, 60_000);

test("is every role of a cluster, migrations and Lua steps included", async () => {
  const cluster = await startCluster({ command: [binary], env });
  const [a, b] = await makeUsers(cluster, cluster.api(), 2, "binary");
  if (!a || !b) throw new Error("two users were asked for");
  const clients = await connectApart(cluster.api(), a, b);
  await befriend(...clients);
  await clients[0].sendTexts(b.uuid, ["one", "two"]);
  await until(() => clients[1].from(a.uuid).length === 2);
  for (const client of clients) client.close();
  await cluster.stop();
}, 60_000);
