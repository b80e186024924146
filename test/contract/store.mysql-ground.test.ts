/**
 * @module contract/store.mysql-ground
 * What a server may be beside what it is by default: small packets, few connections, no primary any more.
 */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { MySqlOptions } from "../../src/store/mysql/options.ts";
import type { Store } from "../../src/store/store.ts";
import { failureOf } from "../support/failure.ts";
import { startPacketGate } from "../support/packet-gate.ts";
import { atEnd, type MariaDb, startMariaDb, until } from "../support/servers.ts";
import { append, everything, friends, openMySql, statuses, text } from "./store.harness.ts";

/** A server of its own, a store on it, and both gone afterwards. */
async function withStore(
  args: readonly string[],
  use: (store: Store, server: MariaDb, options: MySqlOptions) => Promise<void>,
): Promise<void> {
  const server = await startMariaDb({ args });
  const address = await server.createDatabase();
  const options = { ...address, poolSize: 4, heartbeatSeconds: 60, tls: false };
  const store = await openMySql(options);
  try {
    await store.migrate();
    await use(store, server, options);
  } finally {
    await store.close();
    await server.kill();
  }
}

test("a server of small packets stores what larger ones do, and is asked again when it changed", async () => {
  await withStore(["--max-allowed-packet=1M"], async (store, server) => {
    const [a, b] = await friends(store);
    const flood = () => Array.from({ length: 200 }, () => text(a, b, '"'.repeat(15_800)));
    expect(new Set(statuses(await append(store, flood(), 1)))).toEqual(new Set(["stored"]));

    await server.query("SET GLOBAL max_allowed_packet = 262144");
    await server.restart();
    await server.query("SET GLOBAL max_allowed_packet = 262144");
    await until(() => store.ping().then(() => true));
    expect(new Set(statuses(await append(store, flood(), 1)))).toEqual(new Set(["stored"]));
    expect((await everything(store, a, b)).map(({ seq }) => seq)).toEqual(
      Array.from({ length: 400 }, (_, index) => index + 1),
    );
  });
});

test("a batch too long for what stands before the server is stored in shorter statements", async () => {
  await withStore([], async (owner, server, options) => {
    const gate = startPacketGate(server.port, 300_000);
    const store = await openMySql({ ...options, port: gate.port });
    const [a, b] = await friends(owner);
    const batch = Array.from({ length: 100 }, () => text(a, b, "x".repeat(15_800)));
    expect(statuses(await append(store, batch, 1))).toEqual(batch.map(() => "stored"));
    expect(gate.refused()).toBe(1);
    expect((await everything(owner, a, b)).length).toBe(100);
    await store.close();
    gate.stop();
  });
});

test("fewer connections than the pool wants are shared: calls wait instead of failing", async () => {
  await withStore(["--max-connections=10"], async (store, server, options) => {
    const others = await Promise.all([1, 2, 3].map(() => openMySql({ ...options, poolSize: 10 })));
    // Each has one; what the others keep for themselves can only be waited for.
    for (const one of others) await one.ping();
    const [a, b] = await friends(store);
    const results = await Promise.all(
      Array.from({ length: 200 }, (_, index) => append(others[index % 3] as Store, [text(a, b)], 1)),
    );
    expect(new Set(statuses(results.flat()))).toEqual(new Set(["stored"]));
    await Promise.all(others.map((one) => one.close()));
    expect(server.running).toBe(true);
  });
});

test("what a frozen process has locked is free when it has missed three heartbeats", async () => {
  await withStore([], async (store, server, options) => {
    const [a, b] = await friends(store);
    const child = Bun.spawn(
      [
        ...[process.execPath, join(import.meta.dir, "store.mysql.child.ts")],
        JSON.stringify({ ...options, heartbeatSeconds: 1 }),
      ],
      { stdin: "ignore", stdout: "ignore", stderr: "inherit" },
    );
    atEnd(async () => child.kill("SIGKILL"));
    const lock = "SELECT id FROM Conversation FOR UPDATE NOWAIT";
    await until(
      () =>
        server.query(lock, options.database).then(
          () => false,
          () => true,
        ),
      { timeoutMs: 30_000, what: "the child to be frozen with its locks" },
    );
    const entry = text(b, a);
    await until(
      () =>
        append(store, [entry], 1).then(
          () => true,
          () => false,
        ),
      { timeoutMs: 20_000, what: "the lock to be free" },
    );
    child.kill("SIGKILL");
    await child.exited;
  });
}, 90_000);

describe("a primary that was demoted", () => {
  /** A user who may do what the application needs, and no more: read_only holds for them. */
  async function plainUser(server: MariaDb, { database }: MySqlOptions) {
    await server.query(
      `CREATE USER plain@'%' IDENTIFIED BY 'plain'; GRANT ALL ON ${database}.* TO plain@'%'`,
    );
    return { username: "plain", password: "plain" };
  }

  for (const [who, user] of [
    ["a plain user", plainUser],
    ["a user with every privilege, who could write there", async () => ({})],
  ] as const)
    test(`${who}: every call says so, nothing is stored, and all goes on where it may`, async () => {
      await withStore([], async (owner, server, options) => {
        const store = await openMySql({ ...options, ...(await user(server, options)) });
        const [a, b] = await friends(owner);
        const send = () => append(store, [text(a, b)], 1);
        await Promise.all([send(), send(), send(), send()]);
        await server.query("SET GLOBAL read_only = 1");
        const error = await failureOf(send());
        expect([error.codeName, error.retryable]).toEqual(["UNAVAILABLE", true]);
        for (const call of [() => store.ping(), send, () => store.accounts.find(a)]) {
          const { codeName, detail } = await failureOf(call());
          expect([codeName, detail]).toEqual(["UNAVAILABLE", expect.stringMatching(/read-only/)]);
        }

        await server.query("SET GLOBAL read_only = 0");
        expect(statuses(await send())).toEqual(["stored"]);
        await store.ping();
        expect((await everything(owner, a, b)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
        await store.close();
      });
    });

  test("is noticed by who only reads, within seconds", async () => {
    await withStore([], async (store, server) => {
      const [a] = await friends(store);
      await server.query("SET GLOBAL read_only = 1");
      await until(
        () =>
          store.accounts.find(a).then(
            () => false,
            () => true,
          ),
        {
          timeoutMs: 5_000,
          what: "a read to be refused",
        },
      );
      const { detail } = await failureOf(store.migrate());
      expect(detail).toMatch(/read-only/);
    });
  });
});
