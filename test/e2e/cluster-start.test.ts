/**
 * @module e2e/cluster-start
 * A cluster whose processes are all there before what they stand on. (The other way round is in e2e/cluster.)
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { Cluster } from "../support/cluster-process.ts";
import { startMariaDb, startRedis } from "../support/servers.ts";
import { until } from "../support/until.ts";
import { befriend, connectApart, makeUsers, type User } from "../support/users.ts";

let cluster: Cluster;

beforeAll(async () => {
  const [database, redis] = await Promise.all([startMariaDb(), startRedis()]);
  cluster = new Cluster(database, redis, await database.createDatabase(), {});
  await cluster.migrate();
}, 60_000);
afterAll(() => cluster?.stop(), 60_000);

for (const [order, pick] of [
  [
    "chat, gateway, balance, verify",
    (all: Cluster) => [...all.chats, ...all.gateways, all.balance, all.verify],
  ],
  [
    "verify, balance, gateway, chat",
    (all: Cluster) => [all.verify, all.balance, ...all.gateways, ...all.chats],
  ],
] as const)
  test(`${order}, then MariaDB, then Redis: all wait, and all works`, async () => {
    await Promise.all(cluster.processes.filter(({ running }) => running).map((one) => one.stop()));
    await Promise.all([cluster.database.stop(), cluster.redis.stop()]);
    const processes = pick(cluster);
    const starting: Promise<void>[] = [];
    for (const one of processes) {
      starting.push(one.start());
      await until(() => one.events("config.loaded").length > 0, { what: "a process to begin" });
    }
    await cluster.database.start();
    // A chat node needs Redis for its name: nobody of them is ready without it, and nobody gave up.
    await until(() => cluster.chats.every((chat) => chat.events("node.join_waits").length > 1));
    expect(cluster.chats.flatMap((chat) => chat.events("ready"))).toEqual([]);
    expect(processes.every(({ running }) => running)).toBe(true);
    await cluster.redis.start();
    await Promise.all(starting);

    // Verify and balance serve while Redis is away, and answer 8; their connection comes back within moments.
    const [a, b] = await until(async () => {
      const users = (await makeUsers(cluster, cluster.api(), 2, "order")) as [User, User];
      await cluster.api().login(users[0].username, users[0].password);
      return users;
    });
    const clients = await connectApart(cluster.api(), a, b);
    await befriend(...clients);
    await clients[0].sendText(b.uuid, "all there");
    await until(() => clients[1].from(a.uuid).join() === "all there");
    for (const client of clients) client.close();
  }, 60_000);
