/**
 * @module e2e/outage
 * What the cluster stands on goes away and comes back: clear errors meanwhile, nothing restarted afterwards,
 * nothing lost.
 */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import { Code } from "../../src/wire/codes.ts";
import { type Cluster, startCluster } from "../support/cluster-process.ts";
import { until } from "../support/until.ts";
import { befriend, connect, connectApart, makeUsers, type TestClient, type User } from "../support/users.ts";

let cluster: Cluster;
let a: TestClient;
let b: TestClient;
let userA: User;
const pids = () => cluster.processes.map(({ pid }) => pid);
let before: number[];

beforeAll(async () => {
  cluster = await startCluster({ gateways: 1, chats: 2 });
}, 60_000);
afterAll(async () => {
  for (const one of cluster.processes) expect([one.events("crashed"), one.running]).toEqual([[], true]);
  await cluster.stop();
}, 60_000);

beforeEach(async () => {
  before = pids();
  const [first, second] = await makeUsers(cluster, cluster.api(), 2, "out");
  if (!first || !second) throw new Error("two users were asked for");
  userA = first;
  [a, b] = await connectApart(cluster.api(), first, second);
  await befriend(a, b);
});
afterEach(() => {
  a.close();
  b.close();
});

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 0,
    (error: { code: number }) => error.code,
  );
const login = () => codeOf(cluster.api().login(userA.username, userA.password));
const range = (count: number) => Array.from({ length: count }, (_, i) => `${i}`);

/** Everything that `a` sent is with `b`, once and in order, and no connection was lost meanwhile. */
async function allArrived(texts: readonly string[]): Promise<void> {
  await until(() => b.messages.length >= texts.length, { timeoutMs: 20_000 });
  expect(b.from(a.uuid)).toEqual([...texts]);
  expect(b.messages.map(({ seq }) => seq)).toEqual(texts.map((_, i) => i + 1));
}

for (const [how, leave, comeBack] of [
  ["is killed", () => cluster.database.kill(), () => cluster.database.start()],
  ["hangs", async () => cluster.database.pause(), async () => cluster.database.resume()],
] as const)
  test(`MySQL ${how}: texts wait and are committed in order when it is back`, async () => {
    const texts = range(60);
    const sends = texts.slice(0, 20).map((text) => a.sendText(b.uuid, text));
    await Promise.all(sends);
    await leave();
    const waiting = texts.slice(20).map((text) => a.sendText(b.uuid, text));
    expect(await codeOf(a.history(b.uuid))).not.toBe(0);
    expect(await login()).not.toBe(0);
    expect(a.unacknowledged().length).toBe(40);
    await comeBack();
    const receipts = await Promise.all(waiting);
    expect(receipts.map(({ seq }) => seq)).toEqual(range(40).map((_, i) => i + 21));
    await allArrived(texts);
    await until(async () => (await login()) === 0, { timeoutMs: 20_000 });
    expect(pids().filter((pid) => !before.includes(pid))).toEqual([]);
  }, 60_000);

for (const [how, leave, comeBack] of [
  ["is killed", () => cluster.redis.kill(), () => cluster.redis.start()],
  ["hangs", async () => cluster.redis.pause(), async () => cluster.redis.resume()],
] as const)
  test(`Redis ${how}: who is there goes on, new logins are told 8, and all is well when it is back`, async () => {
    await a.sendText(b.uuid, "0");
    await until(() => b.messages.length === 1);
    await leave();
    const receipts = await Promise.all(
      range(21)
        .slice(1)
        .map((text) => a.sendText(b.uuid, text)),
    );
    expect(receipts.at(-1)?.seq).toBe(21);
    expect(await login()).toBe(Code.COORDINATION_AWAY);
    await allArrived(range(21));
    await comeBack();
    await until(async () => (await login()) === 0, { timeoutMs: 20_000 });
    const third = await connect(cluster.api(), userA);
    await third.sendText(b.uuid, "21");
    await until(() => b.messages.length === 22 && a.messages.length === 22, { timeoutMs: 20_000 });
    expect([...a.states, ...b.states]).toEqual(["connecting", "online", "connecting", "online"]);
    third.close();
  }, 60_000);

test("Redis loses its memory: sessions, names and routes are rebuilt", async () => {
  await a.sendText(b.uuid, "0");
  await cluster.redis.command("FLUSHALL");
  await until(async () => (await login()) === 0, { timeoutMs: 20_000 });
  await Promise.all(
    range(11)
      .slice(1)
      .map((text) => a.sendText(b.uuid, text)),
  );
  await allArrived(range(11));
  await until(async () => (await b.here()).length === 1, { timeoutMs: 20_000 });
}, 60_000);

test("verify away: a clear error, and back by itself", async () => {
  await cluster.verify.kill();
  expect(await codeOf(cluster.api().getVerification("x@example.org"))).toBe(Code.PEER_AWAY);
  await cluster.verify.start();
  await until(async () => (await codeOf(cluster.api().getVerification("y@example.org"))) === 0, {
    timeoutMs: 20_000,
  });
  await cluster.code("y@example.org");
}, 60_000);

test("balance away: who is there goes on, new logins are told 3, and come in when it is back", async () => {
  await cluster.balance.kill();
  expect(await login()).toBe(Code.PEER_AWAY);
  await a.sendText(b.uuid, "0");
  await allArrived(["0"]);
  await cluster.balance.start();
  await until(async () => (await login()) === 0, { timeoutMs: 20_000 });
}, 60_000);

test("no chat server: 6, until one is back", async () => {
  for (const chat of cluster.chats) await chat.kill();
  await until(async () => (await login()) === Code.NO_CHAT_NODE, { timeoutMs: 10_000 });
  const waiting = a.sendText(b.uuid, "0");
  await Promise.all(cluster.chats.map((chat) => chat.start()));
  expect(await waiting).toMatchObject({ seq: 1 });
  await until(() => b.messages.length === 1, { timeoutMs: 20_000 });
}, 60_000);
