/**
 * @module e2e/cluster-sessions
 * One account on several chat nodes at once, at most two sessions of it.
 */
import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { type Cluster, startCluster } from "../support/cluster-process.ts";
import { RawPeer } from "../support/raw-peer.ts";
import { until } from "../support/until.ts";
import { befriend, connect, makeUsers, type TestClient, type User } from "../support/users.ts";

let cluster: Cluster;
const open: TestClient[] = [];

beforeAll(async () => {
  cluster = await startCluster({
    gateways: 1,
    chats: 3,
    env: { CHATSRV_CHATTINGSERVER_MAX_SESSIONS_PER_USER: "2" },
  });
}, 60_000);
afterEach(() => {
  for (const client of open.splice(0)) client.close();
});
afterAll(() => cluster?.stop(), 60_000);

const chatAddress = (node: number) => cluster.chats[node]?.address("chat") ?? "";

/** A login that was sent to one node. A pick that is not used counts as load for a while, so each comes up. */
async function placementAt(node: number, user: User) {
  for (let tries = 0; tries < 50; tries++) {
    const placement = await cluster.api().login(user.username, user.password);
    if (`${placement.host}:${placement.port}` === chatAddress(node)) return placement;
  }
  throw new Error(`50 logins in a row were not sent to chat${node}`);
}

async function clientAt(node: number, user: User, device = `on chat${node}`): Promise<TestClient> {
  const { username, password } = user;
  const placement = await placementAt(node, user);
  const client = await connect(cluster.api(), user, {
    device,
    credentials: { placement, username, password },
  });
  open.push(client);
  return client;
}

/** A session without a client behind it, which shows every frame and never comes back. */
async function peerAt(node: number, user: User): Promise<RawPeer> {
  const { uuid, token } = await placementAt(node, user);
  const peer = await RawPeer.connect(chatAddress(node));
  peer.send("LOGINSERVER", { uuid, token, proto: 2, device: `raw on chat${node}` });
  await peer.next("LOGINRESPONSE");
  return peer;
}

async function twoUsers(): Promise<[User, User]> {
  return (await makeUsers(cluster, cluster.api(), 2, "s")) as [User, User];
}

test("beyond two sessions the oldest, on another node, is told 15 and closed", async () => {
  const [user] = await twoUsers();
  const oldest = await peerAt(0, user);
  const second = await clientAt(1, user);
  const third = await clientAt(2, user);
  expect(await oldest.next("GOAWAY")).toMatchObject({ error: 15, resume: false });
  await until(() => oldest.closed);
  await until(async () => (await third.account.sessions()).length === 2);
  expect((await third.account.sessions()).map(({ node }) => node).sort()).toEqual(["chat1", "chat2"]);
  expect([second.state, third.state]).toEqual(["online", "online"]);
}, 30_000);

test("a session of the original's protocol that is the oldest is closed without a word", async () => {
  const [user] = await twoUsers();
  const { uuid, token } = await placementAt(0, user);
  const oldest = await RawPeer.connect(chatAddress(0));
  oldest.send("LOGINSERVER", { uuid, token });
  await oldest.next("LOGINRESPONSE");
  await clientAt(1, user);
  await clientAt(2, user);
  await until(() => oldest.closed);
  expect(oldest.frames.length).toBe(1);
}, 30_000);

test("sessions on several nodes: listed, in step with each other's texts, revoked from afar", async () => {
  const [userA, userB] = await twoUsers();
  const a = await clientAt(0, userA);
  const b0 = await clientAt(1, userB);
  const b1 = await clientAt(2, userB);
  await befriend(a, b0);
  await b0.sendText(a.uuid, "from b0");
  await b1.sendText(a.uuid, "from b1");
  await a.sendText(b0.uuid, "from a");
  await until(() => [a, b0, b1].every(({ messages }) => messages.length === 3));
  for (const client of [b0, b1])
    expect(client.messages.map(({ content, mine }) => [content, mine])).toEqual([
      ["from b0", true],
      ["from b1", true],
      ["from a", false],
    ]);
  expect((await b1.account.sessions()).map(({ device, node }) => [device, node]).sort()).toEqual([
    ["on chat1", "chat1"],
    ["on chat2", "chat2"],
  ]);
  await b1.account.revokeSession(b0.session?.id ?? "");
  await until(() => b0.states.at(-1) === "ended: revoked");
  await until(async () => (await b1.account.sessions()).length === 1);
  await a.sendText(b1.uuid, "to who is left");
  await until(() => b1.messages.length === 4);
}, 30_000);

test("a disconnect that a node notices late takes no route from the newer session", async () => {
  const [userA, userB] = await twoUsers();
  const a = await clientAt(2, userA);
  const stale = await peerAt(0, userB);
  const frozen = cluster.chats[0];
  frozen?.pause();
  stale.terminate();
  const b = await clientAt(1, userB);
  await befriend(a, b);
  await until(async () => (await a.sendText(b.uuid, "meanwhile")).seq > 0);
  await until(() => b.from(a.uuid).length === 1);
  // Its lease is over, its routes are cleared; then it comes to, still with the session that left long ago.
  await until(async () => (await b.here()).length === 1, { timeoutMs: 15_000 });
  const goneFor: string[] = [];
  a.on("presence", ({ uuid, online }) => void (online || goneFor.push(uuid)));
  frozen?.resume();
  await until(() => (frozen?.events("routes.rebound").length ?? 0) > 0, { timeoutMs: 15_000 });
  await until(async () => {
    const left = await b.here();
    return left.length === 1 && left[0]?.session === b.session?.id;
  });
  await a.sendText(b.uuid, "after");
  await until(() => b.from(a.uuid).length === 2);
  expect(b.states).toEqual(["connecting", "online"]);
  expect(goneFor).toEqual([]);
}, 60_000);
