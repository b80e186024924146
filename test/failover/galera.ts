/**
 * @module failover/galera
 * The store on three servers that all take writes. Locks are a node's own, so two nodes give the same seq now and
 * then; the one that commits second is told so and has to take another.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createConnection } from "mysql2/promise";
import type { UserId } from "../../src/domain/ids.ts";
import type { MySqlOptions } from "../../src/store/mysql/options.ts";
import type { Store } from "../../src/store/store.ts";
import { everything, friends, openMySql, type StoreFactory } from "../contract/store.harness.ts";
import { storeSuite } from "../contract/store.suite.ts";
import { startWriters } from "../contract/store.writers.ts";
import { TcpProxy } from "../faults/proxy.ts";
import { failureOf } from "../support/failure.ts";
import { type Galera, type GaleraNode, startGalera } from "../support/galera.ts";
import { until } from "../support/servers.ts";

let nodes: Galera;
beforeAll(async () => {
  nodes = await startGalera();
}, 120_000);
afterAll(() => Promise.all(nodes.map((node) => node.kill())));

const optionsOf = (port: number, database: string): MySqlOptions => {
  const { host, username, password } = nodes[0];
  return { host, port, username, password, database, poolSize: 4, heartbeatSeconds: 60, tls: false };
};

describe("store contract, each handle on another node", () => {
  const factory: StoreFactory = {
    engine: "mysql",
    emptyDatabase: async () => {
      const { database } = await nodes[0].createDatabase();
      let opened = 0;
      const on = (index: number) => openMySql(optionsOf((nodes[index % 3] as GaleraNode).port, database));
      return {
        engine: "mysql",
        open: async () => {
          opened += 1;
          return on(opened);
        },
        openOnOne: () => on(0),
      };
    },
  };
  storeSuite(factory);
});

/** A store for each node, behind a proxy that can lead elsewhere; two friends; all closed afterwards. */
async function onAllNodes(
  use: (
    stores: readonly Store[],
    lead: (index: number, node: GaleraNode) => void,
    database: string,
  ) => Promise<void>,
): Promise<void> {
  const { database } = await nodes[0].createDatabase();
  const targets: GaleraNode[] = [...nodes];
  const proxies = targets.map((_, index) => new TcpProxy(() => targets[index] as GaleraNode));
  const stores = await Promise.all(proxies.map(({ port }) => openMySql(optionsOf(port, database))));
  await stores[0]?.migrate();
  try {
    const lead = (index: number, node: GaleraNode) => {
      targets[index] = node;
    };
    await use(stores, lead, database);
  } finally {
    await Promise.all(stores.map((store) => store.close()));
    for (const proxy of proxies) proxy.close();
  }
}

/** Every seq once, every acknowledged text there, the same on every node. */
async function expectWhole(
  stores: readonly Store[],
  [a, b]: Awaited<ReturnType<typeof friends>>,
  acknowledged: ReadonlySet<string>,
): Promise<void> {
  const [stored, ...others] = await Promise.all(stores.map((store) => everything(store, a, b)));
  if (stored === undefined) throw new Error("no store");
  expect(stored.map(({ seq }) => seq)).toEqual(stored.map((_, index) => index + 1));
  const ids = new Set(stored.map(({ clientId }) => clientId));
  expect(ids.size).toBe(stored.length);
  expect([...acknowledged].filter((id) => !ids.has(id))).toEqual([]);
  for (const other of others) expect(other).toEqual(stored);
}

test("one conversation written to on every node at once: conflicts are retried, no seq twice, no gap", async () => {
  const conflicts = async () => {
    const counts = nodes.flatMap((node) =>
      ["wsrep_local_cert_failures", "wsrep_local_bf_aborts"].map((name) => node.status(name)),
    );
    return (await Promise.all(counts)).reduce((sum, count) => sum + Number(count), 0);
  };
  await onAllNodes(async (stores) => {
    const [a, b] = await friends(stores[0] as Store);
    const before = await conflicts();
    const writers = startWriters(stores, a, b);
    await writers.stored(1_000);
    await writers.stop();
    expect((await conflicts()) - before).toBeGreaterThan(10);
    await expectWhole(stores, [a, b], writers.acknowledged);
    // Lost races are nobody's business unless they are lost over and over.
    expect(writers.failures.length).toBeLessThan(writers.acknowledged.size / 20);
  });
}, 120_000);

for (const [what, change] of [
  ["a block", (store: Store, a: UserId, b: UserId) => store.friends.setBlocked(b, a, true)],
  ["the end of a friendship", (store: Store, a: UserId, b: UserId) => store.friends.remove(b, a)],
] as const)
  test(`${what} on one node undoes an append that is under way on another`, async () => {
    await onAllNodes(async ([store, other], _, database) => {
      if (!store || !other) throw new Error("three stores were opened");
      const [a, b] = await friends(store);
      const [head] = (await other.conversations.heads(a, { limit: 1 })).items;
      const { host, port, username: user, password } = nodes[1];
      const appending = await createConnection({ host, port, user, password, database });
      await appending.query("START TRANSACTION");
      await appending.query("SELECT * FROM Conversation WHERE id = ? FOR UPDATE", [head?.conversation]);
      await appending.query("UPDATE Conversation SET last_seq = last_seq + 1 WHERE id = ?", [
        head?.conversation,
      ]);
      await change(store, a, b);
      const committed = await appending.query("COMMIT").then(
        () => 0,
        ({ errno }: { errno: number }) => errno,
      );
      appending.destroy();
      expect(committed).toBe(1213);
    });
  });

for (const victim of [0, 1, 2])
  test(`node ${victim} killed under load: nothing acknowledged is lost, all goes on, and it comes back`, async () => {
    await onAllNodes(async (stores, lead) => {
      const [a, b] = await friends(stores[0] as Store);
      const writers = startWriters(stores, a, b);
      await writers.stored(200);
      const node = nodes[victim] as GaleraNode;
      const next = nodes[(victim + 1) % 3] as GaleraNode;
      await node.kill();
      lead(victim, next);
      await writers.stored(200);
      await stores[victim]?.ping();
      await node.start();
      lead(victim, node);
      await writers.stored(200);
      await writers.stop();
      for (const { codeName } of writers.failures) expect(codeName).toBe("UNAVAILABLE");
      await expectWhole(stores, [a, b], writers.acknowledged);
    });
  }, 120_000);

test("a node that has lost its cluster is left, and says so to a ping", async () => {
  await onAllNodes(async (stores, lead) => {
    const [store] = stores as [Store];
    const [a, b] = await friends(store);
    await store.ping();
    await Promise.all([nodes[1].kill(), nodes[2].kill()]);
    await until(async () => (await nodes[0].status("wsrep_ready")) === "OFF", {
      timeoutMs: 20_000,
      what: "the last node to see that it is alone",
    });
    const failure = await failureOf(store.ping());
    expect([failure.codeName, failure.detail]).toEqual(["UNAVAILABLE", expect.stringMatching(/WSREP/)]);
    lead(1, nodes[0]);
    expect((await failureOf((stores[1] as Store).accounts.find(a))).codeName).toBe("UNAVAILABLE");
    await nodes[0].query("SET GLOBAL wsrep_provider_options = 'pc.bootstrap=YES'");
    await Promise.all([nodes[1].start(), nodes[2].start()]);
    lead(1, nodes[1]);
    await until(() => store.ping().then(() => true), { what: "the store to be back" });
    const writers = startWriters(stores, a, b);
    await writers.stored(50);
    await writers.stop();
    await expectWhole(stores, [a, b], writers.acknowledged);
  });
}, 120_000);
