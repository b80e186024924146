/**
 * @module e2e/cluster-blackout
 * Longer absences than e2e/outage has: Redis stays away beyond every lease and comes back with nothing, MySQL
 * is away while people ask for things. Nobody is restarted, nobody is thrown out.
 */
import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { Code } from "../../src/wire/codes.ts";
import { Cluster } from "../support/cluster-process.ts";
import { chatsrv } from "../support/io.ts";
import { RawPeer } from "../support/raw-peer.ts";
import { startMariaDb, startRedis } from "../support/servers.ts";
import { tempDir } from "../support/tempdir.ts";
import { until } from "../support/until.ts";
import { befriend, connect, makeUsers, type TestClient, type User } from "../support/users.ts";

const LEASE_MS = 3_000;
let cluster: Cluster;
let users: User[];
/** At least two on each node, all friends of the first. */
let clients: TestClient[];

beforeAll(async () => {
  const [database, redis] = await Promise.all([startMariaDb(), startRedis({ persist: false })]);
  cluster = new Cluster(database, redis, await database.createDatabase(), {
    env: { CHATSRV_CLUSTER_LEASE_TTL: String(LEASE_MS / 1_000) },
  });
  await cluster.migrate();
  await cluster.start();
  users = await makeUsers(cluster, cluster.api(), 4, "dark");
  clients = [];
  for (const user of users) clients.push(await connect(cluster.api(), user));
  const [first, ...others] = clients as [TestClient, ...TestClient[]];
  for (const other of others) await befriend(first, other);
  expect(clients.filter(({ session }) => session?.node === "chat0").length).toBe(2);
}, 60_000);
afterEach(() => {
  for (const client of clients) expect(client.states).toEqual(["connecting", "online"]);
  for (const one of cluster.processes) expect([one.events("crashed"), one.running]).toEqual([[], true]);
});
afterAll(async () => {
  for (const client of clients) client.close();
  await cluster?.stop();
}, 60_000);

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 0,
    (error: { code: number }) => error.code,
  );
const login = (user: User) => codeOf(cluster.api().login(user.username, user.password));
const statusText = async () => (await chatsrv(["status"], tempDir("status"), cluster.env)).out;

/** The first writes to everybody else, and everybody else to the first. */
async function round(text: string): Promise<void> {
  const [first, ...others] = clients as [TestClient, ...TestClient[]];
  for (const other of others) {
    await first.sendText(other.uuid, `${text} to ${other.uuid}`);
    await other.sendText(first.uuid, `${text} from ${other.uuid}`);
  }
}

async function roundArrived(text: string): Promise<void> {
  const [first, ...others] = clients as [TestClient, ...TestClient[]];
  for (const other of others) {
    await until(() => other.from(first.uuid).at(-1) === `${text} to ${other.uuid}`, { what: text });
    await until(() => first.from(other.uuid).at(-1) === `${text} from ${other.uuid}`, { what: text });
    expect(first.messages.filter(({ peer }) => peer === other.uuid).map(({ seq }) => seq)).toEqual(
      other.messages.map((_, i) => i + 1),
    );
  }
}

test("Redis away beyond every lease, and back with nothing: all goes on, all is rebuilt", async () => {
  const [first, second] = users as [User, User];
  await round("before");
  await roundArrived("before");
  await cluster.redis.kill();
  const since = performance.now();
  await round("at once");
  await roundArrived("at once");
  expect(await login(second)).toBe(Code.COORDINATION_AWAY);
  await until(() => performance.now() - since > LEASE_MS * 1.5);
  await round("leases are over");
  await roundArrived("leases are over");
  expect(await login(second)).toBe(Code.COORDINATION_AWAY);

  await cluster.redis.start();
  await round("just back");
  await roundArrived("just back");
  await until(async () => (await login(second)) === 0, { timeoutMs: 20_000 });
  await until(async () => /^chat0 +serving +2 .*\n(?:.*\n)*?chat1 +serving +2 /m.test(await statusText()), {
    timeoutMs: 20_000,
    what: "both nodes with their sessions",
  });
  for (const client of clients)
    await until(
      async () => (await client.here()).map(({ session }) => session).join() === client.session?.id,
    );

  // A session that came after is found by those that were there before, and finds them.
  const late = await connect(cluster.api(), first);
  const [was, friend] = clients as [TestClient, TestClient];
  await late.sendText(friend.uuid, "from the late one");
  await friend.sendText(first.uuid, "to both");
  await until(
    () => was.messages.at(-1)?.content === "to both" && late.messages.at(-1)?.content === "to both",
  );
  expect((await was.here()).length).toBe(2);
  late.close();
  await round("after");
  await roundArrived("after");
}, 60_000);

test("MySQL away: queries and texts are told 70, the login too; what was refused may be sent again", async () => {
  const [first, second, third] = users as [User, User, User];
  const [client] = clients as [TestClient];
  const peer = await RawPeer.login(cluster.api(), third, { proto: 2 });
  await cluster.database.kill();
  const texts = (id: string) => ({
    text_sender: third.uuid,
    text_receiver: first.uuid,
    text_msg: [{ msg_sender: third.uuid, msg_receiver: first.uuid, msg_id: id, msg_content: id }],
  });
  peer.send("TEXTCHATMSGREQUEST", texts("{away}"));
  expect((await peer.next("TEXTCHATMSGRESPONSE")).error).toBe(Code.UNAVAILABLE);
  expect(await codeOf(client.people.search("nobody-at-all"))).toBe(Code.UNAVAILABLE);
  expect(await codeOf(client.history(second.uuid))).toBe(Code.UNAVAILABLE);
  expect(await codeOf(client.people.friends())).toBe(Code.UNAVAILABLE);
  expect(await codeOf(client.people.block(second.uuid))).toBe(Code.UNAVAILABLE);
  expect(await login(first)).toBe(Code.UNAVAILABLE);
  // What needs no database goes on.
  expect((await client.here()).length).toBe(1);

  await cluster.database.start();
  await until(async () => (await codeOf(client.people.search(second.username))) === 0, { timeoutMs: 20_000 });
  peer.send("TEXTCHATMSGREQUEST", texts("{away}"));
  peer.send("TEXTCHATMSGREQUEST", texts("{away}"));
  await peer.next("TEXTCHATMSGRESPONSE", 3);
  expect(peer.bodies("TEXTCHATMSGRESPONSE").map(({ error }) => error)).toEqual([Code.UNAVAILABLE, 0, 0]);
  await until(() => client.from(third.uuid).includes("{away}"));
  expect(client.from(third.uuid).filter((text) => text === "{away}")).toEqual(["{away}"]);
  expect(await login(first)).toBe(0);
  await round("after MySQL");
  await roundArrived("after MySQL");
  peer.terminate();
}, 60_000);
