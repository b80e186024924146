/**
 * @module test/unit/cli-trace
 * `trace`, `user list` and `migrate` on a store that the test filled.
 */
import { beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import type { UserId } from "../../src/domain/ids.ts";
import { silentLogger } from "../../src/lib/log.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import type { Store } from "../../src/store/store.ts";
import { chatsrv } from "../support/io.ts";
import { tempDir } from "../support/tempdir.ts";

const cwd = tempDir("trace");
const AT = Date.UTC(2026, 0, 31, 12);
const idOf = (n: number) => `{00000000-0000-0000-0000-00000000000${n}}`;

async function fill(store: Store): Promise<void> {
  await store.migrate();
  const register = (username: string): Promise<UserId> =>
    store.accounts.register({ username, email: `${username}@example.org`, passwordHash: "x" });
  const [alice, bob] = [await register("alice"), await register("bob\u202e")];
  await store.friends.request({ from: alice, to: bob, nickname: "", message: "" });
  await store.friends.confirm({ from: alice, by: bob, alternativeName: "" });
  const [conversation] = await store.conversations.direct([[alice, bob]]);
  if (conversation === undefined) throw new Error("the two have no conversation");
  const text = (n: number, sender: UserId) =>
    ({ conversation, sender, clientId: idOf(n), kind: "text", body: "hello" }) as const;
  await store.messages.append([text(1, alice), text(2, alice), text(3, alice)], AT);
  await store.messages.append([text(1, bob)], AT + 1_000);
  await store.conversations.advance([{ conversation, user: bob, delivered: 2, read: 1 }], AT + 2_000);
}

beforeAll(async () => {
  const store = await openSqliteStore({ path: join(cwd, "data/chatsrv.db") }, silentLogger);
  await fill(store);
  await store.close();
});

test("a message that is delivered and not read, its id without braces", async () => {
  const { code, out } = await chatsrv(["trace", idOf(2).slice(1, -1)], cwd);
  expect(code).toBe(0);
  expect(out).toBe(
    [
      `message:       ${idOf(2)}`,
      "from:          alice (1)",
      "to:            bob\\u202e (2)",
      "conversation:  1",
      "seq:           2",
      "committed at:  2026-01-31T12:00:00.000Z",
      "delivered at:  2026-01-31T12:00:02.000Z",
      "read at:       not yet",
      "",
    ].join("\n"),
  );
});

test("a message that the cursor has passed, and another sender's with the same id", async () => {
  const { out } = await chatsrv(["trace", idOf(1)], cwd);
  const [first, second] = out.split("\n\n");
  expect(first).toContain("delivered at:  2026-01-31T12:00:02.000Z or before (since then up to seq 2)");
  expect(first).toContain("read at:       2026-01-31T12:00:02.000Z");
  expect(second).toContain("from:          bob");
  expect(second).toContain("delivered at:  not yet");
});

test("an unknown id is a failure", async () => {
  const { code, out, err } = await chatsrv(["trace", "nix"], cwd);
  expect([code, out, err]).toEqual([1, "", "chatsrv: no message has the id nix\n"]);
});

test("the accounts, for people and as JSON", async () => {
  const text = await chatsrv(["user", "list"], cwd);
  expect(text.out).toBe(
    "ID  USERNAME   E-MAIL\n1   alice      alice@example.org\n2   bob\\u202e  bob\\u202e@example.org\n",
  );
  const json = await chatsrv(["user", "list", "--json"], cwd);
  expect(JSON.parse(json.out)).toMatchObject([
    { id: 1, username: "alice", email: "alice@example.org" },
    { id: 2, username: "bob\u202e" },
  ]);
});

test("migrate makes a database, once", async () => {
  const dir = tempDir("migrate");
  const first = await chatsrv(["migrate"], dir);
  expect([first.code, first.err]).toEqual([0, ""]);
  expect(first.out).toMatch(/^Applied \d+ migrations?:\n {2}0000_/);
  expect((await chatsrv(["migrate"], dir)).out).toBe("The database is up to date.\n");
  expect(JSON.parse((await chatsrv(["migrate", "--json"], dir)).out)).toEqual({
    engine: "sqlite",
    applied: [],
  });
});
