/**
 * @module contract/support
 * What every test against a real server leans on: it starts, it dies, and it comes back with its data where
 * that is promised.
 */

import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { Cluster, Redis } from "ioredis";
import { createConnection, type RowDataPacket } from "mysql2/promise";
import { sqlEngine } from "../support/engine.ts";
import {
  freePort,
  makeCerts,
  type RedisServer,
  type RedisServerOptions,
  sharedMariaDb,
  startMariaDb,
  startRedis,
  startRedisCluster,
  startSentinel,
  until,
} from "../support/servers.ts";

/** Whether something accepts TCP connections there. */
async function listens(port: number): Promise<boolean> {
  try {
    const socket = await Bun.connect({ hostname: "127.0.0.1", port, socket: { data() {} } });
    socket.end();
    return true;
  } catch {
    return false;
  }
}

describe("until", () => {
  test("returns the first truthy value and survives a condition that throws at first", async () => {
    let looks = 0;
    const value = await until(() => {
      looks += 1;
      if (looks === 1) throw new Error("not yet");
      return looks === 3 ? "ready" : undefined;
    });
    expect(value).toBe("ready");
  });

  test("gives up with what it waited for and the last error", async () => {
    const waiting = until(() => Promise.reject(new Error("refused")), { timeoutMs: 30, what: "the server" });
    await expect(waiting).rejects.toMatchObject({
      message: expect.stringContaining("the server"),
      cause: { message: "refused" },
    });
  });
});

describe("MariaDB", () => {
  test("keeps committed rows over a kill and a restart on the same port", async () => {
    const server = await startMariaDb();
    const { database } = await server.createDatabase();
    await server.query("CREATE TABLE t (n INT) ENGINE=InnoDB; INSERT INTO t VALUES (42)", database);

    await server.kill();
    expect(server.running).toBe(false);
    expect(await listens(server.port)).toBe(false);

    await server.restart();
    expect(await server.query<{ n: number }>("SELECT n FROM t", database)).toEqual([{ n: 42 }]);
    expect(await server.stop()).toBe(0);
  });

  test("is shared by the files of a process, a database each", async () => {
    const [one, other] = await Promise.all([sharedMariaDb(), sharedMariaDb()]);
    expect(one).toBe(other);
    const [a, b] = await Promise.all([one.createDatabase(), one.createDatabase()]);
    expect(a.database).not.toBe(b.database);
    const [row] = await one.query<{ name: string }>("SELECT DATABASE() AS name", a.database);
    expect(row?.name).toBe(a.database);
  });

  test("answers nobody while it is paused", async () => {
    const server = await sharedMariaDb();
    const answer = async () => (await server.query("SELECT 1 AS one")).length;
    server.pause();
    const waiting = Promise.race([answer(), Bun.sleep(100).then(() => "silence")]);
    expect(await waiting).toBe("silence");
    server.resume();
    expect(await answer()).toBe(1);
  });

  test("offers TLS with the given certificate", async () => {
    const certs = makeCerts();
    const server = await startMariaDb({ tls: certs });
    const { host, port, username: user, password } = server;
    const ssl = { ca: readFileSync(certs.ca, "utf8") };
    const connection = await createConnection({ host, port, user, password, ssl });
    const [rows] = await connection.query<RowDataPacket[]>("SHOW STATUS LIKE 'Ssl_cipher'");
    expect(rows[0]?.Value).toMatch(/^TLS_/);
    connection.destroy();
  });
});

describe("Redis", () => {
  const certs = makeCerts();
  const cases: [string, RedisServerOptions][] = [
    ["open to all", {}],
    ["a password", { password: "pass" }],
    ["an ACL user", { username: "chat", password: "pass", keys: "chat:*" }],
    ["TLS", { tls: certs }],
    ["mutual TLS and a password", { tls: certs, mutualTls: true, password: "pass" }],
  ];

  for (const [name, options] of cases) {
    test(`${name}: lets the right client in, keeps data over a kill`, async () => {
      const server = await startRedis(options);
      await server.command("SET", "chat:key", "kept");
      await server.kill();
      expect(await listens(server.port)).toBe(false);
      await server.restart();
      expect(await server.command<string>("GET", "chat:key")).toBe("kept");
    });
  }

  test("refuses a client without the password, and the ACL user other keys", async () => {
    const server = await startRedis({ username: "chat", password: "pass", keys: "chat:*" });
    const client = new Redis({ host: server.host, port: server.port, retryStrategy: () => null });
    client.on("error", () => {});
    await expect(client.get("chat:key")).rejects.toThrow(/NOAUTH/);
    client.disconnect();
    await expect(server.command("GET", "other")).rejects.toThrow(/NOPERM|permission/i);
  });

  test("refuses a client without a certificate under mutual TLS", async () => {
    const server = await startRedis({ tls: certs, mutualTls: true });
    const client = new Redis({
      host: server.host,
      port: server.port,
      tls: { rejectUnauthorized: false },
      retryStrategy: () => null,
    });
    client.on("error", () => {});
    await expect(client.ping()).rejects.toThrow();
    client.disconnect();
  });

  test("forgets on a restart when told not to persist", async () => {
    const server = await startRedis({ persist: false });
    await server.command("SET", "key", "lost");
    await server.restart();
    expect(await server.command("GET", "key")).toBeNull();
  });

  test("three nodes make one cluster", async () => {
    const { nodes } = await startRedisCluster({ password: "pass" });
    const client = new Cluster(
      nodes.map(({ host, port }) => ({ host, port })),
      { redisOptions: { password: "pass" } },
    );
    const keys = Array.from({ length: 30 }, (_, index) => `key:${index}`);
    await Promise.all(keys.map((key) => client.set(key, key)));
    expect(await Promise.all(keys.map((key) => client.get(key)))).toEqual(keys);
    client.disconnect();
    const held = await Promise.all(nodes.map((node: RedisServer) => node.command<number>("DBSIZE")));
    expect(held.every((count) => count > 0)).toBe(true);
    expect(held.reduce((sum, count) => sum + count)).toBe(keys.length);
  });

  test("Sentinel promotes the replica when the primary dies", async () => {
    const { primary, replica, sentinel, name } = await startSentinel({ password: "pass" });
    await primary.kill();
    const current = () => sentinel.command<[string, string]>("SENTINEL", "get-master-addr-by-name", name);
    await until(async () => (await current())[1] === String(replica.port), {
      timeoutMs: 20_000,
      what: "failover",
    });
    await until(() => replica.command("SET", "key", "written"), {
      what: "the promoted replica to take writes",
    });
  });
});

describe("the engines", () => {
  // "mysql-9" is to be MySQL 9, and so on; without a name it is what the machine has.
  const release = (name: string | undefined) => name?.split("-")[1] ?? "";

  test("SQL: the one that was asked for answers", async () => {
    const [row] = await (await sharedMariaDb()).query<{ version: string }>("SELECT VERSION() AS version");
    expect(row?.version).toStartWith(release(process.env.TEST_SQL));
    expect(row?.version.includes("MariaDB")).toBe(!sqlEngine.isMySql);
  });

  test("Redis: the one that was asked for answers", async () => {
    const info = await (await startRedis()).command<string>("INFO", "server");
    const valkey = /valkey_version:(\S+)/.exec(info)?.[1];
    const version = valkey ?? /redis_version:(\S+)/.exec(info)?.[1];
    expect(version).toStartWith(release(process.env.TEST_REDIS));
    expect(valkey !== undefined).toBe(process.env.TEST_REDIS?.startsWith("valkey") ?? false);
  });
});

test("a server that cannot start says why", async () => {
  await expect(startRedis({ config: ["no-such-directive yes"] })).rejects.toThrow(/no-such-directive/);
});

test("free ports are free", async () => {
  expect(await listens(freePort())).toBe(false);
});
