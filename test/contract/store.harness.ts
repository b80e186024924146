/**
 * @module contract/store.harness
 * What the store's cases run on, and the people in them. Every case makes people of its own, so that cases can
 * share one database and none depends on another.
 */
import { join } from "node:path";
import { type ConversationId, conversationId, type UserId, userId } from "../../src/domain/ids.ts";
import { silentLogger } from "../../src/lib/log.ts";
import type { MySqlOptions } from "../../src/store/mysql/options.ts";
import { openStore } from "../../src/store/open.ts";
import type { SqliteOptions } from "../../src/store/sqlite/store.ts";
import type {
  AppendEntry,
  AppendOutcome,
  CursorMove,
  CursorState,
  HistoryRange,
  Store,
} from "../../src/store/store.ts";
import { sharedMariaDb, tempDir } from "../support/servers.ts";

/** One adapter and one database of it. */
export interface StoreHarness {
  readonly engine: string;
  /** Another handle on the same database, as another process would open it. The caller closes it. */
  open(): Promise<Store>;
  /** The same, always on one server, where `open` goes to several: their locks do not know each other. */
  openOnOne?(): Promise<Store>;
}

/** An adapter, and a way to get an empty database of it. */
export interface StoreFactory {
  readonly engine: string;
  emptyDatabase(): Promise<StoreHarness>;
}

/** Of the adapter that is not opened. */
const noFile = { path: "" };
const noServer: MySqlOptions = {
  ...{ host: "", port: 0, username: "", password: "", database: "" },
  ...{ poolSize: 10, heartbeatSeconds: 60, tls: false },
};

export const factories: readonly StoreFactory[] = [
  {
    engine: "sqlite",
    emptyDatabase: async () => {
      const path = join(tempDir("store"), "data", "chatsrv.db");
      return { engine: "sqlite", open: () => openSqlite({ path }) };
    },
  },
  {
    engine: "mysql",
    emptyDatabase: async () => {
      const mysql = { ...noServer, ...(await (await sharedMariaDb()).createDatabase()) };
      return { engine: "mysql", open: () => openMySql(mysql) };
    },
  },
];

/** The SQLite adapter on one file, for what concerns that adapter alone. */
export function openSqlite(sqlite: SqliteOptions): Promise<Store> {
  return openStore({ engine: "sqlite", sqlite, mysql: noServer }, silentLogger);
}

/** The MySQL adapter on one database, for what concerns that adapter alone. */
export function openMySql(mysql: MySqlOptions): Promise<Store> {
  return openStore({ engine: "mysql", sqlite: noFile, mysql }, silentLogger);
}

let made = 0;

/** A name nobody else has. */
export function freshName(base = "user"): string {
  made += 1;
  return `${base}${made}`;
}

/** An account with that name, or a fresh one. */
export function register(store: Store, username = freshName()): Promise<UserId> {
  made += 1;
  return store.accounts.register({ username, email: `mail${made}@example.com`, passwordHash: "$hash" });
}

/** An id that no account has. */
export const nobody = userId(2_000_000_000);

/** Makes two users friends, `a` having asked. */
export async function befriend(store: Store, a: UserId, b: UserId): Promise<void> {
  await store.friends.request({ from: a, to: b, nickname: "", message: "" });
  const outcome = await store.friends.confirm({ from: a, by: b, alternativeName: "" });
  if (outcome !== "confirmed") throw new Error(`not confirmed: ${outcome}`);
}

/** Two new users who are friends. */
export async function friends(store: Store): Promise<[UserId, UserId]> {
  const [a, b] = [await register(store), await register(store)];
  await befriend(store, a, b);
  return [a, b];
}

/** One text, addressed as people do: to whom. */
export interface Text extends Omit<AppendEntry, "conversation"> {
  readonly receiver: UserId;
}

/** One text; its client id is new unless given. */
export function text(
  sender: UserId,
  receiver: UserId,
  body = "hello",
  clientId = `{${crypto.randomUUID()}}`,
): Text {
  return { sender, receiver, clientId, kind: "text", body };
}

/** An id that no conversation has. */
export const nowhere = conversationId(9_000_000_000);

/** Where two talk; an id that is none where they never did. */
export async function talkOf(store: Store, a: UserId, b: UserId): Promise<ConversationId> {
  const [found] = await store.conversations.direct([[a, b]]);
  return found ?? nowhere;
}

/** Stores texts, each where its sender and receiver talk. */
export async function append(store: Store, texts: readonly Text[], at: number): Promise<AppendOutcome[]> {
  const ids = await store.conversations.direct(texts.map(({ sender, receiver }) => [sender, receiver]));
  const entries = texts.map(({ receiver: _, ...entry }, i) => ({
    ...entry,
    conversation: ids[i] ?? nowhere,
  }));
  return await store.messages.append(entries, at);
}

/** What `a` sees of where the two talk. */
export async function history(store: Store, a: UserId, b: UserId, range: HistoryRange) {
  return await store.messages.history(await talkOf(store, a, b), a, range);
}

/** Where the two stand, as `a` sees it. */
export async function headOf(store: Store, a: UserId, b: UserId) {
  return await store.conversations.head(await talkOf(store, a, b), a);
}

/** Moves cursors, each where the user and the peer talk. */
export async function advance(
  store: Store,
  moves: readonly (Omit<CursorMove, "conversation"> & { readonly peer: UserId })[],
  at: number,
): Promise<CursorState[]> {
  const ids = await store.conversations.direct(moves.map(({ user, peer }) => [user, peer]));
  const there = moves.map(({ peer: _, ...move }, i) => ({ ...move, conversation: ids[i] ?? nowhere }));
  return await store.conversations.advance(there, at);
}

/** The seqs of outcomes; undefined for one that has none. */
export function seqs(outcomes: readonly AppendOutcome[]): (number | undefined)[] {
  return outcomes.map((outcome) => ("seq" in outcome ? outcome.seq : undefined));
}

export function statuses(outcomes: readonly AppendOutcome[]): string[] {
  return outcomes.map(({ status }) => status);
}

/** Everything that is stored between two, ascending. */
export async function everything(store: Store, a: UserId, b: UserId) {
  return (await history(store, a, b, { after: 0, limit: 1_000_000 }))?.messages ?? [];
}

/** Text that breaks what builds SQL, cuts at NUL or takes a character for two bytes. */
export const HOSTILE = [
  "'; DROP TABLE Message; --",
  `quotes ' " \` and \\ backslashes \\' \\0`,
  "a NUL \0 in the middle",
  "\0",
  "四字节 🎉 👨‍👩‍👧 𝒳",
  "? ?? :name $1 %s %27 _",
  "trailing space ",
  "line\nbreak\r\ttab\u0008\u001a",
  "x".repeat(200),
] as const;
