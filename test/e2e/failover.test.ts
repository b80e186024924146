/**
 * @module e2e/failover
 * The database moves to its replica under a running cluster. The former primary lives on, read-only, and nobody's
 * connection to it is cut: everybody has to notice and to come along, without a restart and without losing a text.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { TcpProxy } from "../faults/proxy.ts";
import type { Chatsrv } from "../support/chatsrv-process.ts";
import { Cluster } from "../support/cluster-process.ts";
import { freePort, type MariaDb, type SqlPair, startRedis, startSqlPair } from "../support/servers.ts";
import { until } from "../support/until.ts";
import { befriend, connectApart, makeUsers } from "../support/users.ts";

let pair: SqlPair;
let current: MariaDb;
let proxy: TcpProxy;
let cluster: Cluster;
/** Processes with their admin pages. */
const watched: { process: Chatsrv; port: number }[] = [];

beforeAll(async () => {
  pair = await startSqlPair();
  current = pair.primary;
  proxy = new TcpProxy(() => current);
  const address = await current.createDatabase();
  await current.query(
    `CREATE USER plain@'%' IDENTIFIED BY 'plain'; GRANT ALL ON ${address.database}.* TO plain@'%'`,
  );
  const plain = { ...address, port: proxy.port, username: "plain", password: "plain" };
  cluster = new Cluster(current, await startRedis(), plain, { gateways: 0, chats: 0 });
  const add = (role: string, list: Chatsrv[]) => {
    const name = `${role}${list.length}`;
    const port = freePort();
    const own = { CHATSRV_ADMIN_PORT: String(port), CHATSRV_GRPCSERVER_SERVER_NAME: name };
    const process = cluster.make(role, name, own);
    list.push(process);
    watched.push({ process, port });
  };
  add("gateway", cluster.gateways);
  add("chat", cluster.chats);
  add("chat", cluster.chats);
  await cluster.migrate();
  await cluster.start();
}, 90_000);
afterAll(async () => {
  await cluster?.stop();
  proxy.close();
  await Promise.all([pair.primary.kill(), pair.replica.kill()]);
}, 60_000);

const readiness = () =>
  Promise.all(watched.map(async ({ port }) => (await fetch(`http://127.0.0.1:${port}/readyz`)).status));
const everybodyIs = (status: number) =>
  until(async () => (await readiness()).every((one) => one === status), {
    what: `everybody's /readyz to say ${status}`,
  });

test("everybody says that it is not ready, then comes along; every text arrives once and in order", async () => {
  const pids = watched.map(({ process }) => process.pid);
  const [first, second] = await makeUsers(cluster, cluster.api(), 2, "move");
  if (!first || !second) throw new Error("two users were asked for");
  const [a, b] = await connectApart(cluster.api(), first, second);
  await befriend(a, b);
  await everybodyIs(200);

  const texts: Promise<unknown>[] = [];
  let over = false;
  const talking = (async () => {
    while (!over) {
      texts.push(a.sendText(b.uuid, `${texts.length}`));
      await Bun.sleep(10);
    }
  })();
  await until(() => b.messages.length > 20, { what: "texts to flow" });
  await pair.primary.query("SET GLOBAL read_only = 1");
  await everybodyIs(503);
  await pair.caughtUp();
  await pair.promote();
  current = pair.replica;
  await everybodyIs(200);
  const before = b.messages.length;
  await until(() => b.messages.length > before + 20, { timeoutMs: 20_000, what: "texts to flow again" });
  over = true;
  await talking;
  await Promise.all(texts);

  await until(() => b.messages.length === texts.length, { what: "the last text" });
  expect(b.from(a.uuid)).toEqual(texts.map((_, index) => `${index}`));
  expect(b.messages.map(({ seq }) => seq)).toEqual(texts.map((_, index) => index + 1));
  expect(a.states).toEqual(["connecting", "online"]);
  expect(watched.map(({ process }) => process.pid)).toEqual(pids);
  for (const { process } of watched) expect(process.events("crashed")).toEqual([]);
  // Logging in reads and writes: that is done on the new primary, too.
  expect((await cluster.api().login(first.username, first.password)).uuid).toBe(a.uuid);
  a.close();
  b.close();
}, 90_000);
