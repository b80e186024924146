/**
 * @module e2e/cluster-drain
 * Taking leave: what a draining node tells its sessions, and every process of a cluster restarted under
 * traffic, judged by the clients and by the store.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Cluster, startCluster } from "../support/cluster-process.ts";
import { strangeToOriginal } from "../support/desktop-peer.ts";
import { RawPeer } from "../support/raw-peer.ts";
import { freePort } from "../support/servers.ts";
import { until } from "../support/until.ts";
import { befriend, connectApart, makeUsers, type TestClient, type User } from "../support/users.ts";

const DRAIN_S = 6;
const PAIRS = 4;
let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster({
    chats: 2,
    env: {
      CHATSRV_CHATTINGSERVER_DRAIN_TIMEOUT: String(DRAIN_S),
      // The gateway comes back where its clients know it.
      CHATSRV_GATESERVER_PORT: String(freePort()),
    },
  });
}, 60_000);
afterAll(() => cluster?.stop(), 60_000);

const range = (count: number, from = 0) => Array.from({ length: count }, (_, i) => from + i);

test("a drain asks its sessions to go, spread over time, and does not wait for those who stay", async () => {
  const users = await makeUsers(cluster, cluster.api(), 40, "stay");
  const [leaving] = cluster.chats;
  const address = leaving?.address("chat");
  const login = async (user: User, more: object) => {
    const { uuid, token, host, port } = await cluster.api().login(user.username, user.password);
    const peer = await RawPeer.connect(`${host}:${port}`);
    peer.send("LOGINSERVER", { uuid, token, ...more });
    await peer.next("LOGINRESPONSE");
    return { peer, modern: "proto" in more, leaves: `${host}:${port}` === address };
  };
  const all = await Promise.all(users.map((user, i) => login(user, i < 30 ? { proto: 2 } : {})));
  const since = performance.now();
  expect(await leaving?.stop((DRAIN_S + 2) * 1_000)).toBe(0);
  expect(performance.now() - since).toBeLessThan(DRAIN_S * 1_000);
  await until(() => all.every(({ peer, leaves }) => peer.closed === leaves), {
    what: "its sessions to be cut",
  });

  const asked = all.filter(({ modern, leaves }) => modern && leaves);
  expect(asked.length).toBeGreaterThan(5);
  const told = asked.map(({ peer }) => peer.bodies("GOAWAY"));
  for (const bodies of told) expect(bodies).toMatchObject([{ reason: "drain", resume: true }]);
  const waits = told.map(([body]) => Number(body?.reconnect_in_ms));
  expect(new Set(waits).size).toBeGreaterThan(waits.length / 2);
  expect(Math.max(...waits)).toBeLessThan(DRAIN_S * 1_000);
  // The original's sessions were told nothing they do not know; the other node's were told nothing at all.
  for (const { peer, modern, leaves } of all) {
    if (!modern) expect(peer.frames.flatMap(({ id, body }) => strangeToOriginal(id, body))).toEqual([]);
    if (!leaves) expect(peer.bodies("GOAWAY")).toEqual([]);
    peer.terminate();
  }
  await leaving?.start();
}, 60_000);

/** Both write, always one text under way each, until `stop`. */
function traffic(a: TestClient, b: TestClient) {
  let running = true;
  const sent = { a: 0, b: 0 };
  const write = async (from: TestClient, to: TestClient, side: "a" | "b") => {
    while (running) {
      await from.sendText(to.uuid, `${side}${sent[side]}`);
      sent[side] += 1;
    }
  };
  const done = Promise.all([write(a, b, "a"), write(b, a, "b")]);
  return {
    sent,
    stop: () => {
      running = false;
      return done;
    },
  };
}

test("every process restarted in turn under traffic: nothing lost, nothing doubled, order kept", async () => {
  const pairs: [TestClient, TestClient][] = [];
  for (let i = 0; i < PAIRS; i++) {
    const [a, b] = (await makeUsers(cluster, cluster.api(), 2, "roll")) as [User, User];
    const pair = await connectApart(cluster.api(), a, b);
    await befriend(...pair);
    pairs.push(pair);
  }
  const flows = pairs.map(([a, b]) => traffic(a, b));
  const counts = () => flows.flatMap(({ sent }) => [sent.a, sent.b]);
  /** Everybody has written ten more. */
  const goesOn = async (what: string) => {
    const before = counts();
    await until(() => counts().every((count, i) => count > (before[i] ?? 0) + 10), {
      timeoutMs: 20_000,
      what: `texts after ${what}`,
    });
  };
  await goesOn("the start");
  for (const one of cluster.processes) {
    expect(await one.stop((DRAIN_S + 2) * 1_000)).toBe(0);
    await one.start();
    await goesOn(`a restart`);
  }
  await Promise.all(flows.map((flow) => flow.stop()));

  for (const [i, [a, b]] of pairs.entries()) {
    const { sent } = flows[i] ?? { sent: { a: 0, b: 0 } };
    const total = sent.a + sent.b;
    await until(() => a.messages.length >= total && b.messages.length >= total, { timeoutMs: 20_000 });
    for (const client of [a, b]) expect(client.messages.map(({ seq }) => seq)).toEqual(range(total, 1));
    expect(b.messages.map(({ id }) => id)).toEqual(a.messages.map(({ id }) => id));
    expect(b.from(a.uuid)).toEqual(range(sent.a).map((n) => `a${n}`));
    expect(a.from(b.uuid)).toEqual(range(sent.b).map((n) => `b${n}`));

    const [lo, hi] = [a.uuid, b.uuid].map(Number).sort((x, y) => x - y);
    const stored = await cluster.database.query<{ seq: number; sender: number; body: string }>(
      `SELECT m.seq, m.sender, m.body FROM Message m JOIN Conversation c ON c.id = m.conversation_id
       WHERE c.lo = ${lo} AND c.hi = ${hi} ORDER BY m.seq`,
      cluster.databaseAddress.database,
    );
    expect(stored.map(({ seq, sender, body }) => [Number(seq), String(sender), String(body)])).toEqual(
      a.messages.map(({ seq, sender, content }) => [seq, sender, content]),
    );
    a.close();
    b.close();
  }
}, 120_000);
