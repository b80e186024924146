/**
 * @module failover/group-replication
 * The store on a group of MySQL servers: its primary is killed under load, and the group's other mode is refused
 * with a word of what to do.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { MySqlOptions } from "../../src/store/mysql/options.ts";
import { everything, friends, openMySql } from "../contract/store.harness.ts";
import { startWriters } from "../contract/store.writers.ts";
import { TcpProxy } from "../faults/proxy.ts";
import { FROM_SOURCES } from "../support/chatsrv-process.ts";
import { failureOf } from "../support/failure.ts";
import { type MySqlGroup, startMySqlGroup } from "../support/group-replication.ts";
import { type MariaDb, tempDir, until } from "../support/servers.ts";

let group: MySqlGroup;
beforeAll(async () => {
  group = await startMySqlGroup();
}, 120_000);
afterAll(() => Promise.all(group.nodes.map((node) => node.kill())));

const newPrimary = () => until(() => group.primary(), { timeoutMs: 60_000, what: "a primary" });

/** How its group calls a node. */
const idOf = async (node: MariaDb) => (await node.query<{ id: string }>("SELECT @@server_uuid AS id"))[0]?.id;

/** A database of its own at an address that leads to whoever is told. */
async function atProxy(): Promise<{ options: MySqlOptions; lead(node: MariaDb): void; close(): void }> {
  let current = await newPrimary();
  const proxy = new TcpProxy(() => current);
  const address = await current.createDatabase();
  return {
    options: { ...address, port: proxy.port, poolSize: 4, heartbeatSeconds: 60, tls: false },
    lead: (node) => {
      current = node;
    },
    close: () => proxy.close(),
  };
}

for (const round of [1, 2])
  test(`the primary killed under load, time ${round}: nothing acknowledged is lost, the next one takes over`, async () => {
    const { options, lead, close } = await atProxy();
    const [store, other] = await Promise.all([openMySql(options), openMySql(options)]);
    await store.migrate();
    const [a, b] = await friends(store);
    const writers = startWriters([store, other], a, b);
    await writers.stored(200);
    const primary = await newPrimary();
    await primary.kill();
    const next = await newPrimary();
    expect(next.port).not.toBe(primary.port);
    lead(next);
    await writers.stored(200);
    await group.rejoin(primary);
    await writers.stored(50);
    await writers.stop();
    for (const { codeName } of writers.failures) expect(codeName).toBe("UNAVAILABLE");
    const stored = await everything(store, a, b);
    expect(stored.map(({ seq }) => seq)).toEqual(stored.map((_, index) => index + 1));
    const ids = new Set(stored.map(({ clientId }) => clientId));
    expect(ids.size).toBe(stored.length);
    expect([...writers.acknowledged].filter((id) => !ids.has(id))).toEqual([]);
    await Promise.all([store.close(), other.close()]);
    close();
  }, 180_000);

test("a primary that hands over is left, though it lives on and all connections stay open", async () => {
  const { options, lead, close } = await atProxy();
  const store = await openMySql(options);
  await store.migrate();
  const [a, b] = await friends(store);
  const writers = startWriters([store], a, b);
  await writers.stored(50);
  const primary = await newPrimary();
  const next = group.nodes.find(({ port }) => port !== primary.port) as MariaDb;
  await primary.query(`SELECT group_replication_set_as_primary('${await idOf(next)}')`);
  expect((await failureOf(store.ping())).detail).toMatch(/read-only/);
  lead(next);
  await writers.stored(50);
  await writers.stop();
  await store.ping();
  const stored = await everything(store, a, b);
  expect(stored.map(({ seq }) => seq)).toEqual(stored.map((_, index) => index + 1));
  await store.close();
  close();
}, 120_000);

test("multi-primary mode is refused by migrate and check, with what to do", async () => {
  const { options, close } = await atProxy();
  const store = await openMySql(options);
  const primary = await newPrimary();
  await primary.query("SELECT group_replication_switch_to_multi_primary_mode()");
  for (const call of [() => store.migrate(), () => store.pendingMigrations()]) {
    const { codeName, detail } = await failureOf(call());
    expect([codeName, detail]).toEqual(["UNSUPPORTED", expect.stringMatching(/single_primary_mode\(\)/)]);
  }
  const run = Bun.spawn([...FROM_SOURCES, "check"], {
    cwd: tempDir("check"),
    env: {
      ...process.env,
      CHATSRV_MYSQL_HOST: options.host,
      CHATSRV_MYSQL_PORT: String(options.port),
      CHATSRV_MYSQL_USERNAME: options.username,
      CHATSRV_MYSQL_PASSWORD: options.password,
      CHATSRV_MYSQL_DATABASE: options.database,
    },
  });
  expect(await new Response(run.stdout).text()).toMatch(/FAILED +schema.*\n.*cascading foreign keys/);
  expect(await run.exited).toBe(1);

  const id = await idOf(primary);
  await primary.query(`SELECT group_replication_switch_to_single_primary_mode('${id}')`);
  await until(() => store.migrate().then(() => true), { what: "a migration in single-primary mode" });
  await store.close();
  close();
}, 120_000);
