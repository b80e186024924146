/**
 * @module e2e/cluster-ends
 * Ends that cannot be delivered: the node of a session that was revoked, evicted, replaced or reset is paused, refuses
 * connections, or is not known yet. Once the end is answered with 0, nothing is served by the old right.
 */
import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { Code } from "../../src/client/index.ts";
import { Place } from "../faults/place.ts";
import { type Cluster, startCluster } from "../support/cluster-process.ts";
import { failureCode } from "../support/failure.ts";
import { RawPeer } from "../support/raw-peer.ts";
import { until } from "../support/until.ts";
import { befriend, makeUser, makeUsers, TestClient, type User } from "../support/users.ts";

const MAX = 2;
const LEASE_MS = 3_000;

let cluster: Cluster;
const places: Place[] = [];
const clients: TestClient[] = [];
const peers: RawPeer[] = [];

beforeAll(async () => {
  cluster = await startCluster({
    gateways: 1,
    chats: 0,
    env: {
      CHATSRV_CLUSTER_LEASE_TTL: String(LEASE_MS / 1_000),
      CHATSRV_CHATTINGSERVER_MAX_SESSIONS_PER_USER: String(MAX),
    },
  });
  for (const name of ["chat0", "chat1"]) await place(name).process.start();
}, 60_000);
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  for (const peer of peers.splice(0)) peer.terminate();
  for (const one of places.slice(0, 2)) await one.heal();
});
afterAll(async () => {
  await Promise.all(places.map((one) => one.process.stop()));
  for (const one of places) one.close();
  await cluster?.stop();
}, 60_000);

function place(name: string): Place {
  const at = ({ host, port }: { host: string; port: number }) => ({ host, port });
  const made = new Place(name, {
    cluster,
    database: () => at(cluster.databaseAddress),
    redis: () => ({ host: "127.0.0.1", port: cluster.redis.port }),
  });
  places.push(made);
  return made;
}

/** A login that was sent to one node. A pick that is not used counts as load for a while, so each comes up. */
async function placementAt(node: number, user: User) {
  for (let tries = 0; tries < 50; tries++) {
    const placement = await cluster.api().login(user.username, user.password);
    if (placement.port === String(places[node]?.ports.chat)) return placement;
  }
  throw new Error(`50 logins in a row were not sent to node ${node}`);
}

async function clientAt(node: number, user: User, device: string): Promise<TestClient> {
  const { username, password } = user;
  const credentials = { placement: await placementAt(node, user), username, password };
  const client = new TestClient(cluster.api(), user, { device, credentials });
  clients.push(client);
  await client.connect();
  return client;
}

/** A session that never says more than a test has it say. */
async function peerAt(node: number, user: User, device: string): Promise<RawPeer> {
  const { uuid, token } = await placementAt(node, user);
  const peer = await RawPeer.connect(`127.0.0.1:${places[node]?.ports.chat}`);
  peers.push(peer);
  peer.send("LOGINSERVER", { uuid, token, proto: 2, device });
  await peer.next("LOGINRESPONSE");
  return peer;
}

const sessionOf = (peer: RawPeer) => String(peer.bodies("LOGINRESPONSE")[0]?.session);
const textOf = (from: User, to: User, id: string) => ({
  text_sender: from.uuid,
  text_receiver: to.uuid,
  text_msg: [{ msg_sender: from.uuid, msg_receiver: to.uuid, msg_id: id, msg_content: id }],
});

/** Two friends: `a` by a client on node 0, `b` has a laptop there and a phone, a raw session, on node 1. */
async function scene() {
  const [userA, userB] = (await makeUsers(cluster, cluster.api(), 2, "ends")) as [User, User];
  const a = await clientAt(0, userA, "a");
  const laptop = await clientAt(0, userB, "laptop");
  await befriend(a, laptop);
  const phone = await peerAt(1, userB, "phone");
  return { userA, userB, a, laptop, phone };
}

/** What the phone sends after its end was answered is neither answered nor stored, and it gets nothing. */
async function isOver({ userA, userB, a, phone }: Awaited<ReturnType<typeof scene>>): Promise<void> {
  const before = phone.bodies("TEXTCHATMSGICOMINGREQUEST").length;
  const sent = phone.bodies("TEXTCHATMSGRESPONSE").length;
  phone.send("TEXTCHATMSGREQUEST", textOf(userB, userA, "{by the old right}"));
  phone.send("PING", { t: "still there?" });
  await a.sendText(userB.uuid, "for who is left");
  await until(() => phone.closed, { what: "the phone's connection to be closed" });
  expect(phone.bodies("TEXTCHATMSGRESPONSE")).toHaveLength(sent);
  expect(phone.bodies("PONG")).toEqual([]);
  expect(phone.bodies("TEXTCHATMSGICOMINGREQUEST")).toHaveLength(before);
  expect(a.from(userB.uuid)).not.toContain("{by the old right}");
  expect((await a.history(userB.uuid, {})).messages.map(({ content }) => content)).not.toContain(
    "{by the old right}",
  );
}

const nodeOf = (index: number): Place => {
  const found = places[index];
  if (found === undefined) throw new Error(`no node ${index}`);
  return found;
};

test("a port that refuses for three seconds: the revoke is answered 0 when the session is closed", async () => {
  const all = await scene();
  nodeOf(1).link.refuse();
  setTimeout(() => nodeOf(1).link.accept(), 3_000);
  await all.laptop.account.revokeSession(sessionOf(all.phone));
  await isOver(all);
  expect((await all.laptop.account.sessions()).map(({ device }) => device)).toEqual(["laptop"]);
}, 30_000);

test("a port that refuses for good: the node finds the end by itself, within its lease", async () => {
  const all = await scene();
  nodeOf(1).link.refuse();
  const since = performance.now();
  await all.laptop.account.revokeSession(sessionOf(all.phone));
  expect(performance.now() - since).toBeLessThan(LEASE_MS);
  await isOver(all);
}, 30_000);

test("a reset while the port refuses: the old password's session, token and ticket are over", async () => {
  const all = await scene();
  const { userB, phone } = all;
  const ticket = String(phone.bodies("LOGINRESPONSE")[0]?.resume_token);
  const { uuid, token } = await placementAt(1, userB);
  nodeOf(1).link.refuse();
  setTimeout(() => nodeOf(1).link.accept(), 3_000);
  await cluster.api().getVerification(userB.email);
  const password = "Another-2-password";
  await cluster.api().resetPassword({
    username: userB.username,
    email: userB.email,
    password,
    cpatcha: await cluster.code(userB.email),
  });
  await isOver(all);
  expect(await failureCode(cluster.api().resume(userB.uuid, ticket))).toBe(Code.TOKEN_REFUSED);
  const late = await RawPeer.connect(`127.0.0.1:${nodeOf(1).ports.chat}`);
  late.send("LOGINSERVER", { uuid, token, proto: 2 });
  expect(await late.next("LOGINRESPONSE")).toEqual({ error: Code.TOKEN_REFUSED });
}, 30_000);

test("a node that is paused past its lease serves nobody, when it comes to, whose session was ended meanwhile", async () => {
  const all = await scene();
  const other = await makeUser(cluster, cluster.api(), "other");
  const bystander = await peerAt(1, other, "one");
  const frozen = nodeOf(1).process;
  frozen.pause();
  await all.laptop.account.revokeSession(sessionOf(all.phone));
  // It is in the socket before the node goes on.
  all.phone.send("TEXTCHATMSGREQUEST", textOf(all.userB, all.userA, "{queued}"));
  bystander.send("PING", { t: "queued" });
  await all.a.sendText(all.userB.uuid, "while the node sleeps");
  frozen.resume();
  expect(await bystander.next("PONG")).toMatchObject({ t: "queued" });
  await isOver(all);
  expect(all.phone.bodies("TEXTCHATMSGRESPONSE")).toEqual([]);
  expect(all.phone.bodies("TEXTCHATMSGICOMINGREQUEST")).toEqual([]);
  expect(all.a.from(all.userB.uuid)).not.toContain("{queued}");
}, 60_000);

test("a node that hangs, its lease not over yet: 70 and what happened; listed until it is closed; then 0", async () => {
  const all = await scene();
  const frozen = nodeOf(1);
  // Its lease goes on: what renews it is not asked to stop.
  frozen.link.refuse();
  frozen.process.pause();
  const renewing = setInterval(
    () => void cluster.redis.command("PEXPIRE", "chatsrv:{nodes}:node:chat1", "3000"),
    500,
  );
  const failure = await all.laptop.account.revokeSession(sessionOf(all.phone)).then(
    () => undefined,
    (error: { code: number; message: string }) => error,
  );
  clearInterval(renewing);
  expect(failure).toMatchObject({ code: Code.UNAVAILABLE });
  expect(failure?.message).toContain("may still be there");
  expect((await all.laptop.here()).map(({ device }) => device)).toEqual(["laptop", "phone"]);
  expect(
    await failureCode(
      cluster.api().resume(all.userB.uuid, String(all.phone.bodies("LOGINRESPONSE")[0]?.resume_token)),
    ),
  ).toBe(Code.TOKEN_REFUSED);
  frozen.process.resume();
  await isOver(all);
  await until(async () => (await all.laptop.account.sessions()).length === 1);
}, 60_000);

test("a session whose node joined a moment ago is evicted, and closed", async () => {
  const user = await makeUser(cluster, cluster.api(), "newborn");
  const fresh = place("chat2");
  await fresh.process.start();
  const oldest = await peerAt(2, user, "oldest");
  const [second, third] = [await clientAt(0, user, "second"), await clientAt(1, user, "third")];
  expect(await oldest.next("GOAWAY")).toMatchObject({ reason: "kicked", error: 15, resume: false });
  await until(() => oldest.closed);
  await until(async () => (await third.account.sessions()).length === MAX);
  expect(second.state).toBe("online");
}, 30_000);

test("evicted and replaced while the port refuses: closed within the lease", async () => {
  const user = await makeUser(cluster, cluster.api(), "evicted");
  const [phone, oldest] = [await peerAt(1, user, "phone"), await peerAt(1, user, "tablet")];
  nodeOf(1).link.refuse();
  const again = await peerAt(0, user, "phone");
  await peerAt(0, user, "laptop");
  expect(await phone.next("GOAWAY")).toMatchObject({ reason: "replaced" });
  expect(await oldest.next("GOAWAY")).toMatchObject({ reason: "kicked" });
  await until(() => phone.closed && oldest.closed);
  expect(again.closed).toBe(false);
}, 30_000);
