/**
 * @module failover/semi-sync
 * A primary that dies without a warning, and its replica that had every commit before it was answered.
 */
import { expect, test } from "bun:test";
import { everything, friends, openMySql } from "../contract/store.harness.ts";
import { startWriters } from "../contract/store.writers.ts";
import { TcpProxy } from "../faults/proxy.ts";
import { startSqlPair, until } from "../support/servers.ts";

test("the primary killed under load: its replica has all that was acknowledged", async () => {
  const pair = await startSqlPair({ semiSync: true });
  let current = pair.primary;
  const proxy = new TcpProxy(() => current);
  const address = await current.createDatabase();
  const options = { ...address, port: proxy.port, poolSize: 4, heartbeatSeconds: 60, tls: false };
  const [store, other] = await Promise.all([openMySql(options), openMySql(options)]);
  await store.migrate();
  const [a, b] = await friends(store);
  await until(() => pair.inStep(), { what: "the primary to wait for its replica" });
  const writers = startWriters([store, other], a, b);
  await writers.stored(300);

  await pair.primary.kill();
  await pair.promote();
  current = pair.replica;
  await writers.stored(100);
  await writers.stop();
  for (const { codeName } of writers.failures) expect(codeName).toBe("UNAVAILABLE");
  const stored = await everything(store, a, b);
  expect(stored.map(({ seq }) => seq)).toEqual(stored.map((_, index) => index + 1));
  const ids = new Set(stored.map(({ clientId }) => clientId));
  expect(ids.size).toBe(stored.length);
  expect([...writers.acknowledged].filter((id) => !ids.has(id))).toEqual([]);
  await Promise.all([store.close(), other.close()]);
  proxy.close();
  await pair.replica.kill();
}, 120_000);
