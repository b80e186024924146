/**
 * @module e2e/cluster
 * Processes that come and go: any start order, taken names, drain, rolling restart, a node that dies.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { ServiceId } from "../../src/wire/ids.ts";
import { Cluster, startCluster } from "../support/cluster-process.ts";
import { DesktopPeer } from "../support/desktop-peer.ts";
import { startMariaDb, startRedis } from "../support/servers.ts";
import { until } from "../support/until.ts";
import { befriend, connect, connectApart, makeUsers, type TestClient, type User } from "../support/users.ts";

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** The chat process on which a client is. */
function nodeOf(cluster: Cluster, client: TestClient) {
  const index = cluster.chats.findIndex((_, i) => `chat${i}` === client.session?.node);
  const chat = cluster.chats[index];
  if (!chat) throw new Error(`nobody runs ${client.session?.node}`);
  return chat;
}

async function users(cluster: Cluster, count: number): Promise<[User, User, ...User[]]> {
  const [a, b, ...more] = await makeUsers(cluster, cluster.api(), count, "c");
  if (!a || !b) throw new Error("two users were asked for");
  return [a, b, ...more];
}

/** Two friends on two nodes. */
async function apart(cluster: Cluster): Promise<[TestClient, TestClient, User, User]> {
  const [a, b] = await users(cluster, 2);
  const pair = await connectApart(cluster.api(), a, b);
  await befriend(...pair);
  return [...pair, a, b];
}

/** Both sides write without pause until `stop`; then everything must have come out on both, once and in order. */
function traffic(a: TestClient, b: TestClient) {
  let running = true;
  const counts = { a: 0, b: 0 };
  const writer = async (from: TestClient, to: TestClient, side: "a" | "b") => {
    while (running) await from.sendText(to.uuid, `${side}${counts[side]++}`);
  };
  const both = Promise.all([writer(a, b, "a"), writer(b, a, "b")]);
  return {
    counts,
    stop: async () => {
      running = false;
      let done = false;
      void both.then(() => {
        done = true;
      });
      await until(() => done, {
        timeoutMs: 20_000,
        what: `the last texts to be committed (${a.states}; ${b.states})`,
      });
      const total = counts.a + counts.b;
      await until(() => a.messages.length >= total && b.messages.length >= total, { timeoutMs: 20_000 });
      expect(a.messages.map(({ seq }) => seq)).toEqual(range(1, total));
      expect(b.messages.map(({ id }) => id)).toEqual(a.messages.map(({ id }) => id));
      for (const [client, side] of [
        [a, "a"],
        [b, "b"],
      ] as const)
        expect(a.from(client.uuid)).toEqual(range(0, counts[side] - 1).map((i) => `${side}${i}`));
    },
  };
}

describe("a running cluster", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({
      gateways: 2,
      chats: 2,
      env: { CHATSRV_CHATTINGSERVER_DRAIN_TIMEOUT: "5" },
    });
  }, 60_000);
  afterAll(() => cluster?.stop(), 60_000);

  test("a second chat server of a live name is refused", async () => {
    const twin = cluster.make("chat", "twin", { CHATSRV_GRPCSERVER_SERVER_NAME: "chat0" });
    expect(await twin.start().catch(String)).toContain("NODE_NAME_TAKEN");
  });

  test("drain: its clients move, nothing is lost or doubled, it exits with 0", async () => {
    const [a, b] = await apart(cluster);
    const flow = traffic(a, b);
    await until(() => flow.counts.a > 50 && flow.counts.b > 50);
    const leaving = nodeOf(cluster, b);
    expect(await leaving.stop(8_000)).toBe(0);
    await until(() => b.state === "online" && nodeOf(cluster, b) !== leaving);
    const counted = { ...flow.counts };
    await until(() => flow.counts.a > counted.a + 50 && flow.counts.b > counted.b + 50);
    await flow.stop();
    expect(a.states).toEqual(["connecting", "online"]);
    await leaving.start();
    a.close();
    b.close();
  }, 60_000);

  test("a rolling restart of both chat servers under traffic loses and doubles nothing", async () => {
    const pairs = [await apart(cluster), await apart(cluster), await apart(cluster)];
    const flows = pairs.map(([a, b]) => traffic(a, b));
    await until(() => flows.every(({ counts }) => counts.a > 20 && counts.b > 20));
    for (const chat of cluster.chats) {
      expect(await chat.stop(8_000)).toBe(0);
      await chat.start();
    }
    const before = flows.map(({ counts }) => ({ ...counts }));
    await until(
      () =>
        flows.every(
          ({ counts }, i) => counts.a > (before[i]?.a ?? 0) + 20 && counts.b > (before[i]?.b ?? 0) + 20,
        ),
      { timeoutMs: 20_000 },
    );
    for (const flow of flows) await flow.stop();
    for (const [a, b] of pairs) {
      a.close();
      b.close();
    }
  }, 90_000);

  test("a chat server that is killed: its clients come back elsewhere and have everything", async () => {
    const [a, b] = await apart(cluster);
    const flow = traffic(a, b);
    await until(() => flow.counts.a > 50 && flow.counts.b > 50);
    const dead = nodeOf(cluster, b);
    await dead.kill();
    await until(() => b.state === "online" && nodeOf(cluster, b) !== dead, { timeoutMs: 20_000 });
    const counted = { ...flow.counts };
    await until(() => flow.counts.a > counted.a + 50 && flow.counts.b > counted.b + 50);
    await flow.stop();
    await dead.start();
    a.close();
    b.close();
  }, 60_000);

  test("texts that a dying node committed reach the other side by themselves, the last one too", async () => {
    const [a, b, userA] = await apart(cluster);
    const dead = nodeOf(cluster, a);
    // A burst is on its way when the node dies: some of it is committed, and its push is not.
    const burst = range(1, 200).map((i) => a.sendText(b.uuid, `${i}`).catch(() => undefined));
    await until(() => a.messages.length > 0, { intervalMs: 1 });
    await dead.kill();
    const unsure = a.unacknowledged();
    a.close();
    await Promise.all(burst);
    const back = await connect(cluster.api(), userA, { known: new Map() });
    const { lastSeq } = await back.history(b.uuid, { limit: 1 });
    await until(() => b.messages.length === lastSeq, { timeoutMs: 10_000 });
    for (const { to, id, content } of unsure) await back.sendText(to, content, id);
    await until(() => b.messages.length === 200);
    expect(b.from(a.uuid)).toEqual(range(1, 200).map(String));
    await dead.start();
    back.close();
    b.close();
  }, 60_000);

  test("the desktop client across nodes, and during a drain", async () => {
    const [modern, other, , userB] = await apart(cluster);
    const leaving = nodeOf(cluster, other);
    other.close();
    const desktop = new DesktopPeer(cluster.gateways[0]?.url ?? "");
    const login = async () => {
      for (;;) {
        const placement = await desktop.post("/trylogin_server", { ...userB });
        if (`${placement.host}:${placement.port}` === leaving.address("chat"))
          return desktop.loginAt(placement);
      }
    };
    expect((await login()).error).toBe(0);
    const texts = range(1, 60).map(String);
    for (const text of texts) await modern.sendText(userB.uuid, text);
    await until(() => desktop.shown.length === 60);
    const stopping = leaving.stop(8_000);
    desktop.sendText(modern.uuid, "during the drain");
    await until(() => modern.from(userB.uuid).includes("during the drain"));
    expect(await stopping).toBe(0);
    await until(() => desktop.closed);
    expect(desktop.shownFrom(modern.uuid)).toEqual(texts);
    expect(desktop.violations).toEqual([]);

    // Its cursor moved with what was written to it: the next login brings the new texts only.
    await modern.sendText(userB.uuid, "later");
    const again = new DesktopPeer(cluster.gateways[1]?.url ?? "");
    await again.login(userB);
    await until(() => again.shown.length > 0);
    expect(again.shownFrom(modern.uuid)).toEqual(["later"]);
    expect(again.frames.map(({ id }) => id)).toEqual([
      ServiceId.LOGINRESPONSE,
      ServiceId.TEXTCHATMSGICOMINGREQUEST,
    ]);
    await leaving.start();
    again.close();
    modern.close();
  }, 60_000);
});

test("roles start in any order and wait for each other, for MySQL and for Redis", async () => {
  const [database, redis] = await Promise.all([startMariaDb(), startRedis()]);
  const cluster = new Cluster(database, redis, await database.createDatabase(), { chats: 1 });
  await cluster.migrate();
  await Promise.all([database.stop(), redis.stop()]);
  const starting: Promise<void>[] = [];
  for (const one of cluster.processes.reverse()) {
    starting.push(one.start());
    await until(() => one.events("config.loaded").length > 0);
  }
  await redis.start();
  await database.start();
  await Promise.all(starting);
  const [a, b] = await users(cluster, 2);
  const clients = [await connect(cluster.api(), a), await connect(cluster.api(), b)] as const;
  await befriend(...clients);
  expect(await clients[0].sendText(b.uuid, "all there")).toMatchObject({ seq: 1 });
  for (const client of clients) client.close();
  await cluster.stop();
}, 90_000);
