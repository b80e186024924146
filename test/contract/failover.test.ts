/**
 * @module contract/failover
 * The database moves: a replica takes over behind an address that stays, while the former primary lives on,
 * read-only, with every connection to it still open.
 */
import { expect, test } from "bun:test";
import type { MySqlOptions } from "../../src/store/mysql/options.ts";
import { TcpProxy } from "../faults/proxy.ts";
import { failureOf } from "../support/failure.ts";
import { startSqlPair, until } from "../support/servers.ts";
import { everything, friends, openMySql } from "./store.harness.ts";
import { startWriters } from "./store.writers.ts";

test("a planned move under load loses nothing, and nobody stays behind", async () => {
  const pair = await startSqlPair();
  const { primary, replica } = pair;
  let current = primary;
  const proxy = new TcpProxy(() => current);
  const address = await primary.createDatabase();
  await primary.query(
    `CREATE USER plain@'%' IDENTIFIED BY 'plain'; GRANT ALL ON ${address.database}.* TO plain@'%'`,
  );
  const options: MySqlOptions = {
    ...{ host: "127.0.0.1", port: proxy.port, username: "plain", password: "plain" },
    ...{ database: address.database, poolSize: 4, heartbeatSeconds: 60, tls: false },
  };
  const [store, other] = await Promise.all([openMySql(options), openMySql(options)]);
  await store.migrate();
  const [a, b] = await friends(store);
  const writers = startWriters([store, other], a, b);
  await writers.stored(50);

  await primary.query("SET GLOBAL read_only = 1");
  await until(() => writers.failures.length > 0, { what: "an append to be refused" });
  expect((await failureOf(store.ping())).detail).toMatch(/read-only/);
  await pair.caughtUp();
  await pair.promote();
  // Nobody's connection is cut: whoever would stay on the former primary could.
  current = replica;
  await writers.stored(50);
  await store.ping();
  await writers.stop();

  for (const { codeName, retryable } of writers.failures)
    expect([codeName, retryable]).toEqual(["UNAVAILABLE", true]);
  const stored = await everything(store, a, b);
  expect(stored.map(({ seq }) => seq)).toEqual(stored.map((_, index) => index + 1));
  const ids = new Set(stored.map(({ clientId }) => clientId));
  expect(ids.size).toBe(stored.length);
  expect([...writers.acknowledged].filter((id) => !ids.has(id))).toEqual([]);
  await Promise.all([store.close(), other.close()]);
  proxy.close();
  await Promise.all([primary.kill(), replica.kill()]);
}, 60_000);
