/**
 * @module e2e/cluster-nodes
 * A chat node killed with -9, as everybody else meets it: the registry, its friends' clients, the node that
 * takes its name. What it committed and never delivered is put into the store as it would have been, so that
 * the loss is certain and not a matter of timing.
 */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import { userId } from "../../src/domain/ids.ts";
import { silentLogger } from "../../src/lib/log.ts";
import { openMySqlStore } from "../../src/store/mysql/store.ts";
import type { Store } from "../../src/store/store.ts";
import type { Chatsrv } from "../support/chatsrv-process.ts";
import { type Cluster, startCluster } from "../support/cluster-process.ts";
import { DesktopPeer } from "../support/desktop-peer.ts";
import { chatsrv } from "../support/io.ts";
import { RawPeer } from "../support/raw-peer.ts";
import { freePort } from "../support/servers.ts";
import { tempDir } from "../support/tempdir.ts";
import { until } from "../support/until.ts";
import { befriend, connectApart, makeUsers, type TestClient, type User } from "../support/users.ts";

const LEASE_MS = 3_000;
/** What a guarantee of `lease_ttl + 2 s` allows, milliseconds. */
const RECONCILED_MS = LEASE_MS + 2_000;

let cluster: Cluster;
let store: Store;
let a: TestClient;
let b: TestClient;
let userA: User;
/** The nodes of `a` and of `b`. */
let nodeA: Chatsrv;
let nodeB: Chatsrv;

beforeAll(async () => {
  cluster = await startCluster({ chats: 0, env: { CHATSRV_CLUSTER_LEASE_TTL: String(LEASE_MS / 1_000) } });
  // As in a real deployment, where a node comes back at the address it had.
  for (const name of ["chat0", "chat1"])
    cluster.chats.push(
      cluster.make("chat", name, {
        CHATSRV_GRPCSERVER_SERVER_NAME: name,
        CHATSRV_GRPCSERVER_PORT: String(freePort()),
      }),
    );
  await Promise.all(cluster.chats.map((chat) => chat.start()));
  const { host, port, username, password, database } = cluster.databaseAddress;
  store = openMySqlStore(
    { host, port, username, password, database, poolSize: 2, heartbeatSeconds: 60, tls: false },
    silentLogger,
  );
}, 60_000);
afterAll(async () => {
  await store?.close();
  await cluster?.stop();
}, 60_000);

const nodeOf = (client: TestClient): Chatsrv => {
  const chat = cluster.chats.find((_, i) => `chat${i}` === client.session?.node);
  if (!chat) throw new Error(`nobody runs ${client.session?.node}`);
  return chat;
};

beforeEach(async () => {
  await Promise.all(cluster.chats.filter(({ running }) => !running).map((chat) => chat.start()));
  const [first, second] = await makeUsers(cluster, cluster.api(), 2, "node");
  if (!first || !second) throw new Error("two users were asked for");
  userA = first;
  [a, b] = await connectApart(cluster.api(), first, second);
  await befriend(a, b);
  [nodeA, nodeB] = [nodeOf(a), nodeOf(b)];
}, 30_000);
afterEach(() => {
  a.close();
  b.close();
});

/** What a node that dies between commit and delivery leaves behind: the text is stored, nobody knows. */
async function commitUntold(sender: string, receiver: string, body: string): Promise<void> {
  const [from, to] = [userId(Number(sender)), userId(Number(receiver))];
  const [conversation] = await store.conversations.direct([[from, to]]);
  if (conversation === undefined) throw new Error("the two have no conversation");
  const entry = {
    conversation,
    sender: from,
    clientId: crypto.randomUUID(),
    kind: "text" as const,
    body,
  };
  expect(await store.messages.append([entry], Date.now())).toMatchObject([{ status: "stored" }]);
}

const nodesInStatus = async (): Promise<string[]> => {
  const { out } = await chatsrv(["status", "--json"], tempDir("status"), cluster.env);
  return (JSON.parse(out) as { nodes: { name: string }[] }).nodes.map(({ name }) => name);
};

test("a dead node is out of status and allocation within its lease, and its users' friends are told", async () => {
  // A user without a client that comes back.
  const [userC] = (await makeUsers(cluster, cluster.api(), 1, "node")) as [User];
  const gone: string[] = [];
  a.on("presence", ({ uuid, online }) => void (online || gone.push(uuid)));
  const c = await loginAt(nodeB, userC);
  c.send("FRIENDREQUESTSENDER", { src_uuid: userC.uuid, dst_uuid: a.uuid, nickname: "c", message: "hello" });
  await until(() => a.people.friendRequests.some(({ from }) => from.uuid === userC.uuid));
  await a.people.confirmFriend(userC.uuid);
  const name = String(b.session?.node);
  const address = nodeB.address("chat");
  b.close();

  await nodeB.kill();
  const since = performance.now();
  await until(async () => !(await nodesInStatus()).includes(name), { timeoutMs: RECONCILED_MS });
  // The lease, plus what the last look at it took.
  expect(performance.now() - since).toBeLessThan(LEASE_MS + 1_000);
  for (let i = 0; i < 10; i++) {
    const { host, port } = await cluster.api().login(userC.username, userC.password);
    expect(`${host}:${port}`).not.toBe(address);
  }
  await until(() => gone.includes(userC.uuid), { timeoutMs: RECONCILED_MS });
}, 30_000);

test("a restart at the same address takes the dead node's name at once", async () => {
  await nodeB.kill();
  await nodeB.start();
  expect(nodeB.events("node.name_taken")).toEqual([]);
  expect(await nodesInStatus()).toEqual(["chat0", "chat1"]);
  await until(() => b.state === "online");
  await a.sendText(b.uuid, "there again");
  await until(() => b.from(a.uuid).includes("there again"));
}, 30_000);

test("a live node's name is refused: the other process exits with 1 and says what to do", async () => {
  const taken = String(a.session?.node);
  const twin = cluster.make("chat", "twin", { CHATSRV_GRPCSERVER_SERVER_NAME: taken });
  const error = await twin.start().then(
    () => undefined,
    (thrown: Error) => thrown,
  );
  expect(String((error?.cause as Error | undefined)?.message)).toEndWith("exited with 1");
  expect(twin.log()).toContain(`a live chat node is registered as ${taken}`);
  expect(twin.log()).toContain("[gRPCServer] server_name");
  // The rightful one noticed nothing.
  expect(nodeA.events("node.lease_lost")).toEqual([]);
  expect(a.states).toEqual(["connecting", "online"]);
}, 30_000);

for (const [how, restart] of [
  ["and stays dead", false],
  ["and is back before its lease is over", true],
] as const)
  test(`a node dies between commit and delivery ${how}: the last text arrives all the same`, async () => {
    await a.sendText(b.uuid, "1");
    await until(() => b.messages.length === 1);
    const before = b.states.length;
    await commitUntold(a.uuid, b.uuid, "2");
    a.close();
    await nodeA.kill();
    const since = performance.now();
    expect(b.from(a.uuid)).toEqual(["1"]);
    if (restart) await nodeA.start();
    await until(() => b.messages.length === 2, { timeoutMs: RECONCILED_MS });
    expect(performance.now() - since).toBeLessThan(RECONCILED_MS);
    expect(b.messages.map(({ seq, content }) => [seq, content])).toEqual([
      [1, "1"],
      [2, "2"],
    ]);
    // It came by itself: the receiver neither reconnected nor asked.
    expect(b.states.length).toBe(before);
  }, 30_000);

test("the original's client gets such a text too, once", async () => {
  const [userC] = (await makeUsers(cluster, cluster.api(), 1, "node")) as [User];
  const desktop = new DesktopPeer(cluster.gateways[0]?.url ?? "");
  const address = nodeB.address("chat");
  for (;;) {
    const placement = await desktop.post("/trylogin_server", { ...userC });
    if (`${placement.host}:${placement.port}` !== address) continue;
    await desktop.loginAt(placement);
    break;
  }
  desktop.requestFriend(a.uuid);
  await until(() => a.people.friendRequests.some(({ from }) => from.uuid === userC.uuid));
  await a.people.confirmFriend(userC.uuid);
  await until(() => desktop.friends.has(a.uuid));
  await a.sendText(userC.uuid, "1");
  await until(() => desktop.shown.length === 1);
  await commitUntold(a.uuid, userC.uuid, "2");
  a.close();
  await nodeA.kill();
  await until(() => desktop.shown.length > 1, { timeoutMs: RECONCILED_MS });
  // Told again by whoever asks later, it is not written a second time.
  await nodeA.start();
  const again = new DesktopPeer(cluster.gateways[0]?.url ?? "");
  await again.login(userA);
  again.sendText(userC.uuid, "3");
  await until(() => desktop.shown.length > 2);
  expect(desktop.shownFrom(a.uuid)).toEqual(["1", "2", "3"]);
  expect([...desktop.violations, ...again.violations]).toEqual([]);
  again.close();
  desktop.close();
}, 30_000);

/** A session of protocol 2 without a client behind it, on the node of a process. */
async function loginAt(chat: Chatsrv, user: User): Promise<RawPeer> {
  for (;;) {
    const { uuid, token, host, port } = await cluster.api().login(user.username, user.password);
    if (`${host}:${port}` !== chat.address("chat")) continue;
    const peer = await RawPeer.connect(`${host}:${port}`);
    peer.send("LOGINSERVER", { uuid, token, proto: 2, device: "raw" });
    await peer.next("LOGINRESPONSE");
    return peer;
  }
}
