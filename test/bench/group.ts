/**
 * @module bench/group
 * What a group costs: texts delivered to those of its members who are online, beside a bare loop that writes the same
 * bytes to the same sockets; how far apart the first and the last get one; and what storing one takes.
 */
import { join } from "node:path";
import { createPool } from "mysql2/promise";
import { type ConversationId, conversationId, userId } from "../../src/domain/ids.ts";
import type { Store } from "../../src/store/store.ts";
import type { Cluster } from "../support/cluster-process.ts";
import type { DatabaseAddress } from "../support/servers.ts";
import { cpuSeconds } from "./cpu.ts";
import { linesOf } from "./lines.ts";
import { admit, makePairs, type Person } from "./people.ts";
import type { GroupOrder, GroupReport, Login } from "./protocol.ts";

/** Ids of members who never come: no accounts, as nobody asks for them. */
const ABSENT_FROM = 1_000_000_000;
const ROWS_AT_ONCE = 5_000;
const LOGINS_AT_ONCE = 32;
const LIMITS = { members: 100_000, groupsPerUser: 10, createdPerHour: 10 };

export interface Fan extends GroupReport {
  /** Texts delivered per second, to all who are online together. */
  readonly rate: number;
  /** CPU per delivery, microseconds, by process. */
  readonly cpu: Readonly<Record<string, number>>;
}

/** A group of so many, of whom the given people are; the first of them made it. */
export async function makeGroup(
  store: Store,
  address: DatabaseAddress,
  people: readonly Person[],
  members: number,
): Promise<ConversationId> {
  const [creator, ...others] = people as [Person, ...Person[]];
  const group = { creator: creator.id, clientId: crypto.randomUUID(), name: "bench", members: [] };
  const { conversation } = await store.conversations.createGroup(group, Date.now(), LIMITS);
  const absent = Array.from({ length: members - people.length }, (_, i) => userId(ABSENT_FROM + i));
  const rows = [...others.map(({ id }) => id), ...absent].map((id) => [conversation, id, "member", 1, 1]);
  const { host, port, username: user, password, database } = address;
  const pool = createPool({ host, port, user, password, database });
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE)
    await pool.query(
      "INSERT INTO ConversationMember (conversation_id, uuid, role, joined_seq, visible_from) VALUES ?",
      [rows.slice(from, from + ROWS_AT_ONCE)],
    );
  await pool.query("UPDATE Conversation SET members = ? WHERE id = ?", [members, conversation]);
  await pool.end();
  return conversation;
}

export async function makePeople(store: Store, count: number): Promise<Person[]> {
  return (await makePairs(store, Math.ceil(count / 2), `fan${count}`)).flat();
}

/** Texts of the first `writers` to all who are online. */
export async function fan(
  cluster: Cluster,
  people: readonly Person[],
  group: ConversationId,
  writers: number,
  order: Pick<GroupOrder, "seconds" | "textBytes">,
): Promise<Fan> {
  const url = cluster.gateways[0]?.url ?? "";
  const logins: Login[] = [];
  for (let from = 0; from < people.length; from += LOGINS_AT_ONCE)
    logins.push(
      ...(await Promise.all(people.slice(from, from + LOGINS_AT_ONCE).map((person) => admit(url, person)))),
    );
  const pids = Object.fromEntries(cluster.chats.map((chat, i) => [`chat${i}`, chat.pid]));
  return runFan(
    {
      writers: logins.slice(0, writers),
      receivers: logins.slice(writers),
      conversation: String(group),
      ...order,
    },
    pids,
  );
}

/** The same bytes to as many sockets, and nothing else. */
export async function bareFan(
  like: Fan,
  writers: number,
  online: number,
  order: Pick<GroupOrder, "seconds" | "textBytes">,
): Promise<Fan> {
  const server = Bun.spawn([process.execPath, join(import.meta.dir, "bare-fan.ts"), String(like.bytes)], {
    stdout: "pipe",
    stderr: "inherit",
  });
  const port = Number(new TextDecoder().decode((await server.stdout.getReader().read()).value));
  const login = (uuid: string): Login => ({ uuid, token: "", host: "127.0.0.1", port });
  const logins = (count: number) => Array.from({ length: count }, (_, i) => login(`${i}`));
  const measured = await runFan(
    { writers: logins(writers), receivers: logins(online), conversation: "1", ...order },
    { bare: server.pid },
  );
  server.kill();
  return measured;
}

/** @returns the median time to store one text, milliseconds. */
export async function appendTime(
  store: Store,
  conversation: ConversationId,
  sender: Person,
): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 300; i++) {
    const text = { conversation, sender: sender.id, clientId: crypto.randomUUID(), kind: "text", body: "x" };
    const from = performance.now();
    const [outcome] = await store.messages.append([text], Date.now());
    if (outcome?.status !== "stored") throw new Error(`not stored: ${outcome?.status}`);
    times.push(performance.now() - from);
  }
  return times.sort((a, b) => a - b)[times.length >> 1] ?? 0;
}

export async function directOf(store: Store, [a, b]: readonly Person[]): Promise<ConversationId> {
  const [found] = a && b ? await store.conversations.direct([[a.id, b.id]]) : [];
  return found ?? conversationId(0);
}

async function runFan(order: GroupOrder, pids: Readonly<Record<string, number>>): Promise<Fan> {
  const load = Bun.spawn([process.execPath, join(import.meta.dir, "group-load.ts")], {
    stdin: new Blob([JSON.stringify(order)]),
    stdout: "pipe",
    stderr: "inherit",
  });
  const all = { ...pids, load: load.pid };
  const read = () => Object.fromEntries(Object.entries(all).map(([name, pid]) => [name, cpuSeconds(pid)]));
  let before: Record<string, number> = {};
  let after: Record<string, number> = {};
  let report: GroupReport | undefined;
  for await (const line of linesOf(load.stdout)) {
    if (line === "measuring") {
      before = read();
      setTimeout(() => {
        after = read();
      }, order.seconds * 1_000);
    } else if (line !== "") report = JSON.parse(line) as GroupReport;
  }
  if (report === undefined) throw new Error("the load ended without a report");
  const { deliveries, seconds } = report;
  const perDelivery = (name: string) =>
    (((after[name] ?? 0) - (before[name] ?? 0)) / Math.max(1, deliveries)) * 1e6;
  return {
    ...report,
    rate: deliveries / seconds,
    cpu: Object.fromEntries(Object.keys(all).map((name) => [name, perDelivery(name)])),
  };
}
