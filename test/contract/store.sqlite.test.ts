/**
 * @module contract/store.sqlite
 * What only the SQLite adapter has to bear: other processes on its file, being killed, a disk that takes no more.
 */
import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { UserId } from "../../src/domain/ids.ts";
import { migrations } from "../../src/store/sqlite/migrate.ts";
import type { Store } from "../../src/store/store.ts";
import { failureOf } from "../support/failure.ts";
import { tempDir, until } from "../support/servers.ts";
import { blocksOfAnOlderRelease } from "./store.blocks.cases.ts";
import { formerSchemaGoesOn } from "./store.former.ts";
import { post } from "./store.groups.harness.ts";
import { append, everything, friends, nobody, openSqlite, register, talkOf, text } from "./store.harness.ts";

const CHILD = join(import.meta.dir, "store.child.ts");

/** A new database with two friends in it. */
async function fresh(): Promise<{ path: string; store: Store; a: UserId; b: UserId }> {
  const path = join(tempDir("sqlite"), "data", "chatsrv.db");
  const store = await openSqlite({ path });
  await store.migrate();
  const [a, b] = await friends(store);
  return { path, store, a, b };
}

/** Starts a child that appends; `prefix` is a shell command line before it. */
function appending(path: string, a: UserId, b: UserId, count: number, prefix = "") {
  const command = `${prefix} exec "$0" "$@"`;
  const args = [process.execPath, CHILD, path, String(a), String(b), String(count)];
  const child = Bun.spawn(["sh", "-c", command, ...args], { stdout: "pipe", stderr: "inherit" });
  const lines: string[] = [];
  const read = (async () => {
    let rest = "";
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
      const parts = (rest + chunk).split("\n");
      rest = parts.pop() ?? "";
      lines.push(...parts);
    }
  })();
  return { child, lines, done: Promise.all([child.exited, read]) };
}

async function expectGapFree(store: Store, a: UserId, b: UserId): Promise<Set<string>> {
  const stored = await everything(store, a, b);
  expect(stored.map(({ seq }) => seq)).toEqual(stored.map((_, index) => index + 1));
  return new Set(stored.map(({ clientId }) => clientId));
}

describe("SQLite adapter", () => {
  test("makes the file's directory for this user alone", async () => {
    const { path, store } = await fresh();
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
    await store.close();
  });

  test("accounts of an older release keep their looks from the next start on, the older of two alike", async () => {
    const { path, store } = await fresh();
    const ivan = await register(store, "Ivan");
    await store.close();
    const file = new Database(path);
    file.run("DELETE FROM AccountName");
    file.run("INSERT INTO Authentication (username, password) VALUES ('lvan', 'h')");
    file.close();
    const again = await openSqlite({ path });
    await again.migrate();
    expect((await failureOf(register(again, "IVAN\u00ad"))).codeName).toBe("NAME_TAKEN");
    expect((await again.accounts.findByUsername("lvan"))?.username).toBe("lvan");
    await again.close();
    const looks = new Database(path).query(
      `SELECT skeleton FROM AccountName WHERE uuid = ${ivan} ORDER BY 1`,
    );
    expect(looks.all()).toEqual([{ skeleton: "ivan" }, { skeleton: "lvan" }]);
  });

  test("blocks of an older release hold as those of today", async () => {
    const { path, store } = await fresh();
    await store.close();
    const run = (statement: string) => {
      const file = new Database(path);
      file.run(statement);
      file.close();
    };
    await blocksOfAnOlderRelease(() => openSqlite({ path }), run, "0002_blocks");
  });

  test("what was recalled is gone from the file, edits of it too", async () => {
    const { path, store } = await fresh();
    const [a, b] = await friends(store);
    const conversation = await talkOf(store, a, b);
    const send = (body: string, more: object) =>
      store.messages.append([{ ...post(conversation, a, body), ...more }], 1);
    for (let count = 0; count < 20; count += 1) await send(`kept ${count} ${"x".repeat(300)}`, {});
    await send("the SECRET one", { kind: "media", data: { items: ["SECRET file"] } });
    await send("another SECRET", { kind: "edit", data: { of: 21 } });
    await store.search.indexSome(1_000);
    await send("", { kind: "recall", data: { of: 21 } });
    await store.search.indexSome(1_000);
    await store.close();
    const bytes = readFileSync(path);
    expect([bytes.includes("kept 7"), bytes.includes("SECRET")]).toEqual([true, false]);
  });

  test("a database of before groups is brought over while processes of that time go on", async () => {
    const path = join(tempDir("former"), "chatsrv.db");
    const file = new Database(path, { create: true });
    file.run("PRAGMA journal_mode = WAL");
    file.run("CREATE TABLE __chatsrv_migrations (name TEXT PRIMARY KEY, applied_at INTEGER NOT NULL)");
    const run = (statements: readonly string[]) =>
      file.transaction(() => statements.map((statement) => file.run(statement))).immediate();
    await formerSchemaGoesOn({ open: () => openSqlite({ path }), run, migrations, had: 3, forUpdate: "" });
    file.close();
  });

  test("survives being closed and opened again, its data with it", async () => {
    const { path, store, a, b } = await fresh();
    await append(store, [text(a, b, "kept")], 1);
    await store.close();
    const again = await openSqlite({ path });
    expect(await again.migrate()).toEqual({ applied: [] });
    expect((await everything(again, a, b)).map(({ body }) => body)).toEqual(["kept"]);
    await again.close();
  });

  test("processes that append at once leave no gap and lose nothing", async () => {
    const { path, store, a, b } = await fresh();
    const writers = [appending(path, a, b, 100), appending(path, b, a, 100)];
    const own: string[] = [];
    for (let count = 0; count < 100; count += 1) {
      const entry = text(a, b);
      expect((await append(store, [entry], 1))[0]?.status).toBe("stored");
      own.push(entry.clientId);
    }
    await Promise.all(writers.map(({ done }) => done));
    const stored = await expectGapFree(store, a, b);
    expect(stored).toEqual(new Set([...own, ...writers.flatMap(({ lines }) => lines)]));
    expect(stored.size).toBe(300);
    await store.close();
  });

  test("a process killed while it appends has lost nothing that it acknowledged", async () => {
    const { path, store, a, b } = await fresh();
    for (let round = 0; round < 3; round += 1) {
      const writer = appending(path, a, b, 1_000_000);
      await until(() => writer.lines.length > 20 + round * 37, { what: "acknowledged appends" });
      writer.child.kill("SIGKILL");
      await writer.done;
      const stored = await expectGapFree(store, a, b);
      expect(writer.lines.filter((id) => !stored.has(id))).toEqual([]);
    }
    expect((await append(store, [text(a, b)], 1))[0]?.status).toBe("stored");
    await store.close();
  });

  test("waits for another process that holds the file, without standing still meanwhile", async () => {
    const { path, store, a, b } = await fresh();
    const other = new Database(path);
    other.run("BEGIN IMMEDIATE");
    let appended = false;
    const waiting = append(store, [text(a, b)], 1).then((outcomes) => {
      appended = true;
      return outcomes;
    });
    const since = performance.now();
    await until(() => performance.now() - since > 600);
    expect(appended).toBe(false);
    expect((await store.accounts.find(a))?.id).toBe(a);
    other.run("ROLLBACK");
    expect((await waiting)[0]?.status).toBe("stored");
    other.close();
    await store.close();
  });

  test("a disk that takes no more is the store being away, not a crash", async () => {
    const { path, store, a, b } = await fresh();
    await store.close();
    // The shell's unit is 512 or 1024 bytes: a limit of a few hundred KiB on every file of the child.
    const { child, lines, done } = appending(path, a, b, 1500, `trap "" XFSZ; ulimit -f 600;`);
    await done;
    expect(child.exitCode).toBe(0);
    expect(lines).toContain("UNAVAILABLE");
    const acknowledged = lines.filter((line) => line.startsWith("{"));
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(new Set(lines.filter((line) => !line.startsWith("{")))).toEqual(new Set(["UNAVAILABLE"]));

    const again = await openSqlite({ path });
    const stored = await expectGapFree(again, a, b);
    expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
    await again.close();
  });

  test("what is no database, or no file, is the store being away", async () => {
    const dir = tempDir("sqlite");
    const garbage = join(dir, "garbage.db");
    writeFileSync(garbage, "this is no database, it is a text of more than a page's header".repeat(100));
    expect((await failureOf(openSqlite({ path: garbage }))).codeName).toBe("UNAVAILABLE");
    const folder = join(dir, "folder.db");
    mkdirSync(folder);
    expect((await failureOf(openSqlite({ path: folder }))).codeName).toBe("UNAVAILABLE");
    const below = join(garbage, "below", "x.db");
    expect((await failureOf(openSqlite({ path: below }))).codeName).toBe("UNAVAILABLE");
  });

  test("calls before the first migration fail cleanly and work after it", async () => {
    const store = await openSqlite({ path: join(tempDir("sqlite"), "chatsrv.db") });
    expect((await failureOf(register(store))).codeName).toBe("UNAVAILABLE");
    expect((await failureOf(store.profiles.findByUsername("x", nobody))).codeName).toBe("UNAVAILABLE");
    await store.migrate();
    expect(await register(store)).toBeGreaterThan(0);
    await store.close();
  });
});
