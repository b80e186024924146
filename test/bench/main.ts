/**
 * @module bench/main
 * `bun run bench`: the durable relay on MariaDB and on SQLite beside the limits it is held against, measured in
 * one run on one machine; then hostile clients beside well-behaved ones. Bounded: about seven minutes; starts and
 * ends what it needs. Judges nothing: an absolute rate of a shared machine says little, the ratios hold.
 *
 *     bun run bench [--seconds=6] [--only=mariadb|cross|sqlite|group|large-group|idle|history|hostile] [--attack=NAME]
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { silentLogger } from "../../src/lib/log.ts";
import type { MySqlOptions } from "../../src/store/mysql/options.ts";
import { openMySqlStore } from "../../src/store/mysql/store.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import type { Store } from "../../src/store/store.ts";
import { startEmbedded } from "../support/chatsrv-process.ts";
import { closeAll } from "../support/cleanup.ts";
import { type Cluster, startCluster } from "../support/cluster-process.ts";
import { type DatabaseAddress, startMariaDb, tempDir } from "../support/servers.ts";
import { appendTime, bareFan, directOf, type Fan, fan, makeGroup, makePeople } from "./group.ts";
import { fill, pageTimes } from "./history.ts";
import { hostile } from "./hostile/main.ts";
import { measureIdle } from "./memory.ts";
import { admit, makePairs, type Person } from "./people.ts";
import type { PairLogin } from "./protocol.ts";
import { mysqlRows, sqliteRows } from "./rows.ts";
import { type Measured, runLoad } from "./run.ts";

const PAIRS = 50;
const TEXT_BYTES = 100;
const IDLE_SESSIONS = 5_000;
const LONG_CONVERSATION = 1_000_000;
/** Messages of one page. */
const PAGE_OF = 50;

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "6" },
    only: { type: "string" },
    attack: { type: "string" },
  },
});
const seconds = Number(values.seconds);
const wanted = (name: string): boolean => values.only === undefined || values.only === name;
const say = (line = "") => process.stdout.write(`${line}\n`);
const whole = (value: number) => Math.round(value).toLocaleString("en-US");

function sayRelay(name: string, m: Measured): void {
  const cpu = Object.entries(m.cpu).map(([process, micros]) => `${process} ${micros.toFixed(1)}`);
  say(
    `  ${name.padEnd(34)} ${whole(m.rate).padStart(8)} msg/s   p50 ${m.p50.toFixed(1)}  p95 ${m.p95.toFixed(1)}  p99 ${m.p99.toFixed(1)} ms   CPU/msg (µs): ${cpu.join(", ")}${m.failed > 0 ? `   FAILED ${m.failed}` : ""}`,
  );
  if (Math.abs(m.delivered - m.acked) > m.acked * 0.05 + 1_000)
    say(`  ${"".padEnd(34)} delivered only ${whole(m.delivered)} of ${whole(m.acked)}`);
}

/** Limit (a): bare Bun.listen, the same load. */
async function bareRelay(): Promise<number> {
  const relay = Bun.spawn([process.execPath, join(import.meta.dir, "bare-relay.ts")], {
    stdout: "pipe",
    stderr: "inherit",
  });
  const reader = relay.stdout.getReader();
  const port = Number(new TextDecoder().decode((await reader.read()).value));
  const pairs = Array.from({ length: PAIRS }, (_, i): PairLogin => {
    const [a, b] = [String(2 * i + 1), String(2 * i + 2)];
    const at = { host: "127.0.0.1", port };
    return { sender: { uuid: a, token: b, ...at }, receiver: { uuid: b, token: a, ...at } };
  });
  const order = { pairs, outstanding: 16, seconds, textBytes: TEXT_BYTES };
  const measured = await runLoad(order, { relay: relay.pid });
  relay.kill();
  sayRelay("(a) bare Bun.listen, 16 outstanding", measured);
  return measured.rate;
}

async function logins(url: string, people: readonly (readonly [Person, Person])[]): Promise<PairLogin[]> {
  return Promise.all(
    people.map(async ([a, b]) => ({ sender: await admit(url, a), receiver: await admit(url, b) })),
  );
}

/** The relay at 1 and at 16 outstanding, and one pair alone. @returns the rate at 16. */
async function durable(
  url: () => Promise<string>,
  people: readonly (readonly [Person, Person])[],
  pids: Readonly<Record<string, number>>,
): Promise<number> {
  const run = async (count: number, outstanding: number) => {
    const pairs = await logins(await url(), people.slice(0, count));
    return runLoad({ pairs, outstanding, seconds, textBytes: TEXT_BYTES }, pids);
  };
  sayRelay("one pair, 1 outstanding", await run(1, 1));
  sayRelay("50 pairs, 1 outstanding", await run(PAIRS, 1));
  const full = await run(PAIRS, 16);
  sayRelay("50 pairs, 16 outstanding", full);
  return full.rate;
}

function sayLimit(rate: number, relay: number, rows: number): void {
  const combined = 1 / (1 / relay + 1 / rows);
  say(`  ${"(b) rows bulk-inserted, no server".padEnd(34)} ${whole(rows).padStart(8)} rows/s`);
  say(`  ${"combined limit 1/(1/a + 1/b)".padEnd(34)} ${whole(combined).padStart(8)} msg/s`);
  say(
    `  ${"the product against it".padEnd(34)} ${`${((rate / combined) * 100).toFixed(0)} %`.padStart(8)}        (at least 50 %)`,
  );
}

async function onCluster(relay: number): Promise<void> {
  const cluster = await startCluster({ chats: 1 });
  const chat = cluster.chats[0];
  if (chat === undefined) throw new Error("no chat node");
  const store = storeOf(cluster);
  const people = await makePairs(store, PAIRS, "pair");
  const url = async () => cluster.gateways[0]?.url ?? "";
  say("\nDurable relay on MariaDB, chat process of its own, coordination in Redis");
  const pids = { chat: chat.pid, mariadb: cluster.database.pid };
  const rate = await durable(url, people, pids);
  sayLimit(rate, relay, await mysqlRows(cluster.databaseAddress, seconds, TEXT_BYTES));
  await store.close();
  await cluster.stop();
}

/** The same load on two nodes: pairs that share one, and pairs that do not. */
async function crossNode(): Promise<void> {
  const cluster = await startCluster({ chats: 2 });
  const store = storeOf(cluster);
  const url = async () => cluster.gateways[0]?.url ?? "";
  const people = await makePairs(store, PAIRS, "cross");
  const apart: PairLogin[] = [];
  const together: PairLogin[] = [];
  // Placement alternates between equal nodes; each pair is logged in until it stands as wanted.
  for (const [a, b] of people) {
    const sender = await admit(await url(), a);
    let receiver = await admit(await url(), b);
    for (let i = 0; i < 8 && (receiver.port === sender.port) !== together.length < apart.length; i++)
      receiver = await admit(await url(), b);
    (receiver.port === sender.port ? together : apart).push({ sender, receiver });
  }
  say(`\nTwo nodes: ${together.length} pairs on one node each, then ${apart.length} pairs across`);
  const pids = Object.fromEntries(cluster.chats.map((node, i) => [`chat${i}`, node.pid]));
  const order = { outstanding: 16, seconds, textBytes: TEXT_BYTES };
  const same = await runLoad({ pairs: together, ...order }, pids);
  sayRelay("same node", same);
  const across = await runLoad({ pairs: apart, ...order }, pids);
  sayRelay("across nodes", across);
  say(
    `  ${"across against same".padEnd(34)} ${`${((across.rate / same.rate) * 100).toFixed(0)} %`.padStart(8)}        (at least 60 %)`,
  );
  await store.close();
  await cluster.stop();
}

function mysqlOptions({ host, port, username, password, database }: DatabaseAddress): MySqlOptions {
  return { host, port, username, password, database, poolSize: 4, heartbeatSeconds: 60, tls: false };
}

function storeOf(cluster: Cluster): Store {
  return openMySqlStore(mysqlOptions(cluster.databaseAddress), silentLogger);
}

async function onSqlite(relay: number): Promise<void> {
  const server = await startEmbedded();
  const file = join(server.dataDir, "chatsrv.db");
  const store = await openSqliteStore({ path: file }, silentLogger);
  const people = await makePairs(store, PAIRS, "pair");
  await store.close();
  say("\nDurable relay on SQLite (synchronous=FULL), all roles in one process");
  const rate = await durable(async () => server.url, people, { chat: server.pid });
  await server.stop();
  sayLimit(rate, relay, sqliteRows(file, seconds, TEXT_BYTES));
}

function sayFan(name: string, m: Fan): void {
  const cpu = Object.entries(m.cpu).map(([process, micros]) => `${process} ${micros.toFixed(2)}`);
  say(
    `  ${name.padEnd(34)} ${whole(m.rate).padStart(8)} deliveries/s   first to last p50 ${m.p50.toFixed(1)}  p99 ${m.p99.toFixed(1)} ms   CPU/delivery (µs): ${cpu.join(", ")}`,
  );
}

/** A group on so many nodes, beside the bare loop; then what storing a text in it takes. */
async function group(members: number, online: number, chats: number, writers: number): Promise<void> {
  // The lease is the default's: by it sessions are looked after, which costs as much as they are many.
  const env = { CHATSRV_LIMITS_ENABLED: "false", CHATSRV_CLUSTER_LEASE_TTL: "10" };
  const cluster = await startCluster({ chats, env });
  const store = storeOf(cluster);
  const people = await makePeople(store, online + writers);
  const made = await makeGroup(store, cluster.databaseAddress, people, members);
  say(
    `\nA group of ${whole(members)}, ${whole(online)} listen on ${chats} node${chats > 1 ? "s" : ""}, ${writers} write`,
  );
  const order = { seconds, textBytes: TEXT_BYTES };
  const measured = await fan(cluster, people, made, writers, order);
  sayFan("the product", measured);
  const bare = await bareFan(measured, writers, online, order);
  sayFan("bare loop, the same bytes", bare);
  say(
    `  ${"the product against it".padEnd(34)} ${`${((measured.rate / bare.rate) * 100).toFixed(0)} %`.padStart(8)}        (at least 70 %)`,
  );
  const [writer, friend] = people as [Person, Person];
  const direct = await directOf(store, [writer, friend]);
  const times = [await appendTime(store, direct, writer), await appendTime(store, made, writer)];
  const [inDirect = 0, inGroup = 0] = times;
  say(
    `  ${"storing one text, median".padEnd(34)} group ${inGroup.toFixed(2)} ms, direct ${inDirect.toFixed(2)} ms`,
  );
  await store.close();
  await cluster.stop();
}

async function idle(): Promise<void> {
  const cluster = await startCluster({ chats: 1 });
  const chat = cluster.chats[0];
  if (chat === undefined) throw new Error("no chat node");
  const store = storeOf(cluster);
  say(`\nIdle memory, ${whole(IDLE_SESSIONS)} logged-in sessions of protocol 2`);
  const bytes = await measureIdle(store, cluster.gateways[0]?.url ?? "", chat.pid, IDLE_SESSIONS);
  say(`  ${"per session".padEnd(34)} ${(bytes / 1024).toFixed(1).padStart(8)} KiB         (aim 3 KiB)`);
  await store.close();
  await cluster.stop();
}

/** Pages of a long conversation on both stores, straight from the store. */
async function history(): Promise<void> {
  say(`\nHistory: ${PAGE_OF} messages from a conversation of ${whole(LONG_CONVERSATION)}, median`);
  const database = await startMariaDb();
  const mysql = openMySqlStore(mysqlOptions(await database.createDatabase()), silentLogger);
  const sqlite = await openSqliteStore({ path: join(tempDir("history"), "chatsrv.db") }, silentLogger);
  for (const store of [mysql, sqlite]) {
    await store.migrate();
    const [pair] = await makePairs(store, 1, "long");
    if (pair === undefined) throw new Error("no pair");
    await fill(store, pair, LONG_CONVERSATION);
    const { start, middle, end } = await pageTimes(store, pair, LONG_CONVERSATION);
    const ratio = Math.max(start, middle, end) / Math.min(start, middle, end);
    const times = `start ${start.toFixed(2)}  middle ${middle.toFixed(2)}  end ${end.toFixed(2)} ms`;
    say(`  ${store.engine.padEnd(34)} ${times}   slowest against fastest ${ratio.toFixed(2)}  (under 2)`);
    await store.close();
  }
  await database.stop();
}

async function main(): Promise<void> {
  say(
    `chatsrv bench: ${PAIRS} pairs, texts of ${TEXT_BYTES} bytes, ${seconds} s each, every text committed, acknowledged, delivered`,
  );
  const relay = wanted("mariadb") || wanted("sqlite") ? await bareRelay() : 0;
  if (wanted("mariadb")) await onCluster(relay);
  if (wanted("cross")) await crossNode();
  if (wanted("sqlite")) await onSqlite(relay);
  if (wanted("group")) {
    // Of one writer each text is a write to each socket, on both sides; of several, those of a turn are one.
    await group(10_000, 1_000, 1, 1);
    await group(10_000, 1_000, 1, 8);
    await group(10_000, 1_000, 2, 8);
  }
  if (wanted("large-group")) await group(100_000, 5_000, 2, 1);
  if (wanted("idle")) await idle();
  if (wanted("history")) await history();
  if (wanted("hostile")) await hostile(say, seconds, values.attack);
}

try {
  await main();
} finally {
  await closeAll();
}
process.exit(0);
