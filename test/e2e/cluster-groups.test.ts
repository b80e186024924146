/**
 * @module e2e/cluster-groups
 * Groups whose members are on two nodes: who is removed while others write gets no byte behind the message that says so,
 * on either node; a node that died, or coordination that forgot everything, keeps nothing from anybody.
 */
import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { conversationId, userId } from "../../src/domain/ids.ts";
import { silentLogger } from "../../src/lib/log.ts";
import { openMySqlStore } from "../../src/store/mysql/store.ts";
import type { Store } from "../../src/store/store.ts";
import type { ServiceName } from "../../src/wire/ids.ts";
import { type Cluster, startCluster } from "../support/cluster-process.ts";
import { RawPeer } from "../support/raw-peer.ts";
import { until } from "../support/until.ts";
import { makeUsers, type User } from "../support/users.ts";

type Json = Record<string, unknown>;
interface Entry {
  readonly seq: number;
  readonly kind: string;
  readonly msg_content: string;
  readonly data?: { readonly added?: string[]; readonly removed?: string[] };
}
/** A session, and the node that it is on. */
interface Seat {
  readonly peer: RawPeer;
  readonly node: string;
}

const LEASE_MS = 3_000;
const LIMITS = { members: 100, groupsPerUser: 100, createdPerHour: 1_000 };
let cluster: Cluster;
let store: Store;
const open: RawPeer[] = [];

beforeAll(async () => {
  cluster = await startCluster({
    chats: 2,
    env: { CHATSRV_CLUSTER_LEASE_TTL: String(LEASE_MS / 1_000), CHATSRV_LIMITS_ENABLED: "false" },
  });
  const { host, port, username, password, database } = cluster.databaseAddress;
  store = openMySqlStore(
    { host, port, username, password, database, poolSize: 2, heartbeatSeconds: 60, tls: false },
    silentLogger,
  );
}, 60_000);
afterEach(() => {
  for (const peer of open.splice(0)) peer.terminate();
});
afterAll(async () => {
  await store?.close();
  await cluster?.stop();
}, 60_000);

async function login(user: User): Promise<Seat> {
  const peer = await RawPeer.login(cluster.api(), user, { proto: 2, device: crypto.randomUUID() });
  open.push(peer);
  return { peer, node: String((await peer.next("LOGINRESPONSE")).node) };
}
/** A session of the user on each of the two nodes. */
async function everywhere(user: User): Promise<[RawPeer, RawPeer]> {
  const seats = new Map<string, RawPeer>();
  while (seats.size < 2) {
    const { peer, node } = await login(user);
    if (seats.has(node)) peer.terminate();
    else seats.set(node, peer);
  }
  return [...seats.entries()].sort().map(([, peer]) => peer) as [RawPeer, RawPeer];
}
async function ask(peer: RawPeer, request: ServiceName, body: Json, answer: ServiceName): Promise<Json> {
  const before = peer.bodies(answer).length;
  peer.send(request, body);
  return peer.next(answer, before + 1);
}
const seen = (peer: RawPeer, conversation: unknown): Entry[] =>
  peer
    .bodies("TEXTCHATMSGICOMINGREQUEST")
    .filter((body) => body.conversation === conversation)
    .flatMap((body) => body.text_msg as Entry[]);
const told = (peer: RawPeer, conversation: unknown, content: string) =>
  until(() => seen(peer, conversation).some(({ msg_content }) => msg_content === content), {
    timeoutMs: 20_000,
    what: content,
  });
const say = (peer: RawPeer, conversation: unknown, content: string) =>
  ask(
    peer,
    "TEXTCHATMSGREQUEST",
    { conversation, text_msg: [{ msg_id: crypto.randomUUID(), msg_content: content }] },
    "TEXTCHATMSGRESPONSE",
  );
/** Users who are friends of the first. */
async function crew(count: number): Promise<User[]> {
  const users = await makeUsers(cluster, cluster.api(), count, "crew");
  const [hub, ...others] = users as [User, ...User[]];
  for (const { uuid } of others) {
    const pair = { from: userId(Number(hub.uuid)), to: userId(Number(uuid)) };
    await store.friends.request({ ...pair, nickname: "", message: "" });
    await store.friends.confirm({ from: pair.from, by: pair.to, alternativeName: "" });
  }
  return users;
}

test("who is removed while others write, and added again, gets nothing in between, on either node", async () => {
  const [owner, writer, other, member] = (await crew(4)) as [User, User, User, User];
  const [o, w, x, m] = await Promise.all([owner, writer, other, member].map(everywhere));
  if (o === undefined || w === undefined || x === undefined || m === undefined)
    throw new Error("four were asked for");
  const members = [writer, other, member].map(({ uuid }) => uuid);
  const { conversation } = await ask(o[0], "GROUPCREATE", { name: "race", members }, "GROUPCREATERESPONSE");
  for (const peer of [...w, ...x, ...m]) await until(() => seen(peer, conversation).length === 1);

  let writing = true;
  const writers = [w[0], x[1]].map(async (peer) => {
    for (let i = 0; writing; i++) await say(peer, conversation, `${i}`);
  });
  const change = async (peer: RawPeer, body: Json) =>
    expect(await ask(peer, "GROUPCHANGE", { conversation, ...body }, "GROUPCHANGERESPONSE")).toMatchObject({
      error: 0,
    });
  const count = () => seen(o[0], conversation).length;
  for (let round = 0; round < 5; round++) {
    await change(o[round % 2] as RawPeer, { remove: [member.uuid] });
    const removed = count();
    await until(() => count() > removed + 5);
    await change(o[(round + 1) % 2] as RawPeer, { add: [member.uuid] });
    const added = count();
    await until(() => count() > added + 5);
  }
  await change(o[0], { remove: [member.uuid] });
  const over = count();
  await until(() => count() > over + 20);
  writing = false;
  await Promise.all(writers);
  await say(o[0], conversation, "the end");
  for (const peer of [...w, ...x, o[1]]) await told(peer, conversation, "the end");

  const log = seen(o[1], conversation);
  expect(log.map(({ seq }) => seq)).toEqual(log.map((_, i) => i + 1));
  // What the member may have seen, by the log: from each message that adds them to the one that removes them.
  const allowed: number[] = [];
  let inside = false;
  for (const { seq, data } of log) {
    if (data?.added?.includes(member.uuid)) inside = true;
    if (inside) allowed.push(seq);
    if (data?.removed?.includes(member.uuid)) inside = false;
  }
  expect(allowed.length).toBeGreaterThan(20);
  for (const peer of m) {
    await until(() => seen(peer, conversation).at(-1)?.seq === allowed.at(-1));
    const got = seen(peer, conversation).map(({ seq }) => seq);
    // Each once, in order; of a time that was over before its session read it, nothing at all.
    expect(got).toEqual([...new Set(got)].sort((a, b) => a - b));
    expect(got.filter((seq) => !allowed.includes(seq))).toEqual([]);
  }
}, 60_000);

test("coordination that lost its memory: who writes is heard on the other node again", async () => {
  const [owner, member] = (await crew(2)) as [User, User];
  const [o, m] = [await everywhere(owner), await everywhere(member)];
  const { conversation } = await ask(
    o[0],
    "GROUPCREATE",
    { name: "memory", members: [member.uuid] },
    "GROUPCREATERESPONSE",
  );
  for (const peer of [o[1], ...m]) await until(() => seen(peer, conversation).length === 1);
  await cluster.redis.command("FLUSHALL");
  // Said while nobody is found: found by the store once the node has its place again.
  await say(o[0], conversation, "into the void");
  for (const peer of [o[1], ...m]) await told(peer, conversation, "into the void");
  await say(m[1], conversation, "and back");
  for (const peer of [...o, m[0]]) await told(peer, conversation, "and back");
}, 60_000);

test("what a node that dies committed and told nobody is found: texts, and that somebody was added", async () => {
  const [owner, member, newcomer] = (await crew(3)) as [User, User, User];
  const [o, m, n] = [await everywhere(owner), await everywhere(member), await everywhere(newcomer)];
  const { conversation } = await ask(
    o[0],
    "GROUPCREATE",
    { name: "untold", members: [member.uuid] },
    "GROUPCREATERESPONSE",
  );
  for (const peer of m) await until(() => seen(peer, conversation).length === 1);
  const [group, actor, added] = [
    conversationId(Number(conversation)),
    userId(Number(owner.uuid)),
    userId(Number(newcomer.uuid)),
  ];
  const change = { conversation: group, actor, clientId: crypto.randomUUID(), add: [added] };
  await store.conversations.change(change, Date.now(), LIMITS);
  const text = {
    conversation: group,
    sender: actor,
    clientId: crypto.randomUUID(),
    kind: "text",
    body: "untold",
  };
  await store.messages.append([text], Date.now());
  const [first, second] = cluster.chats;
  if (first === undefined || second === undefined) throw new Error("two nodes were asked for");
  await first.kill();
  const left = (peers: readonly RawPeer[]) => peers.filter(({ closed }) => !closed);
  for (const peers of [o, m, n]) await until(() => left(peers).length === 1);
  for (const peer of [m, n].flatMap(left)) await told(peer, conversation, "untold");
  // Who learnt of it that way is a member like any other.
  await say(left(o)[0] as RawPeer, conversation, "told");
  for (const peer of [m, n].flatMap(left)) {
    await told(peer, conversation, "told");
    expect(seen(peer, conversation).map(({ seq }) => seq)).toEqual(
      peer === left(n)[0] ? [2, 3, 4] : [1, 2, 3, 4],
    );
  }
  await first.start();
}, 60_000);

test("the sender is told how many got and read what they said, whichever nodes they are on", async () => {
  const [owner, one, two] = (await crew(3)) as [User, User, User];
  const [o, a, b] = [await everywhere(owner), await everywhere(one), await everywhere(two)];
  const { conversation } = await ask(
    o[0],
    "GROUPCREATE",
    { name: "counts", members: [one.uuid, two.uuid] },
    "GROUPCREATERESPONSE",
  );
  for (const peer of [...a, ...b]) await until(() => seen(peer, conversation).length === 1);
  await say(o[0], conversation, "who hears me?");
  for (const peer of [...a, ...b]) await told(peer, conversation, "who hears me?");
  a[1].send("ACK", { conversation, delivered_seq: 2, read_seq: 2 });
  b[0].send("ACK", { conversation, delivered_seq: 2 });
  const counts = { conversation, seq: 2, members: 2 };
  for (const peer of o)
    await until(() =>
      peer.bodies("GROUPRECEIPT").some(({ delivered, read }) => delivered === 2 && read === 1),
    );
  b[1].send("ACK", { conversation, read_seq: 2 });
  for (const peer of o) {
    await until(() => peer.bodies("GROUPRECEIPT").at(-1)?.read === 2);
    expect(peer.bodies("GROUPRECEIPT").at(-1)).toEqual({ ...counts, delivered: 2, read: 2 });
  }
  for (const peer of [...a, ...b]) expect(peer.bodies("GROUPRECEIPT")).toEqual([]);
}, 60_000);
