/**
 * @module contract/store.mysql
 * What only the MySQL adapter has to bear: a server that dies, comes back, stops answering or was never there.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { createConnection } from "mysql2/promise";
import { AppError } from "../../src/domain/error.ts";
import type { UserId } from "../../src/domain/ids.ts";
import { silentLogger } from "../../src/lib/log.ts";
import { migrations } from "../../src/store/mysql/migrate.ts";
import type { MySqlOptions } from "../../src/store/mysql/options.ts";
import { openPool } from "../../src/store/mysql/pool.ts";
import type { Store } from "../../src/store/store.ts";
import { TcpProxy } from "../faults/proxy.ts";
import { failureOf } from "../support/failure.ts";
import { freePort, type MariaDb, makeCerts, startMariaDb, until } from "../support/servers.ts";
import { blocksOfAnOlderRelease } from "./store.blocks.cases.ts";
import { formerSchemaGoesOn } from "./store.former.ts";
import { post } from "./store.groups.harness.ts";
import { advance, append, everything, friends, openMySql, register, talkOf, text } from "./store.harness.ts";

const address = ({ host, port, username: user, password, database }: MySqlOptions) => ({
  ...{ host, port, user, password, database },
});
const OWN = { poolSize: 4, heartbeatSeconds: 60, tls: false };

describe("MySQL adapter", () => {
  const certs = makeCerts();
  let server: MariaDb;
  let options: MySqlOptions;
  let store: Store;
  let a: UserId;
  let b: UserId;
  /** A database of its own for a test about names. */
  let named: MySqlOptions;

  beforeAll(async () => {
    server = await startMariaDb({ tls: certs });
    options = { ...OWN, ...(await server.createDatabase()) };
    store = await openMySql(options);
    await store.migrate();
    [a, b] = await friends(store);
  });
  afterAll(async () => {
    await store.close();
    await server.kill();
  });

  /** Runs `use` on a store of its own. */
  async function opened<T>(own: Partial<MySqlOptions>, use: (store: Store) => Promise<T>): Promise<T> {
    const one = await openMySql({ ...options, ...own });
    try {
      return await use(one);
    } finally {
      await one.close();
    }
  }
  const connections = async () =>
    server.query<{ id: number }>(
      `SELECT id FROM information_schema.processlist WHERE db = '${options.database}' AND user <> 'root'`,
    );

  const skeletons = () =>
    server.query<{ username: string; skeleton: string }>(
      `SELECT a.username, n.skeleton FROM AccountName n JOIN Authentication a ON a.uuid = n.uuid ORDER BY n.uuid, n.skeleton`,
      named.database,
    );

  test("accounts that an older release registers keep their looks, from migrate or the next registration on", async () => {
    named = { ...OWN, ...(await server.createDatabase()) };
    const one = await openMySql(named);
    await one.migrate();
    const old = (name: string) =>
      server.query(
        `SET NAMES utf8mb4; INSERT INTO Authentication (username, password, email) VALUES ('${name}', 'h', '${Math.random()}')`,
        named.database,
      );
    try {
      await register(one, "new");
      await old("Ivan");
      await old("lvan");
      await old("third");
      expect((await failureOf(register(one, "thіrd"))).codeName).toBe("NAME_TAKEN");
      // The older of two that look alike has the looks; the other one works as before.
      expect(await skeletons()).toEqual([
        { username: "new", skeleton: "new" },
        { username: "Ivan", skeleton: "ivan" },
        { username: "Ivan", skeleton: "lvan" },
        { username: "third", skeleton: "third" },
      ]);
      expect((await one.accounts.findByUsername("lvan"))?.username).toBe("lvan");

      const before = await skeletons();
      await server.query(
        `DELETE FROM AccountName; UPDATE __chatsrv_migrations SET applied_at = NULL WHERE name = '0002_devices'`,
        named.database,
      );
      expect(await one.pendingMigrations()).toEqual(["0002_devices"]);
      expect((await one.migrate()).applied).toEqual(["0002_devices"]);
      expect(await skeletons()).toEqual(before);
      await server.query("DELETE FROM AccountName WHERE skeleton = 'third'", named.database);
      expect((await one.migrate()).applied).toEqual([]);
      expect(await skeletons()).toEqual(before);
    } finally {
      await one.close();
    }
  });

  test("blocks of an older release hold as those of today", async () => {
    const old = { ...OWN, ...(await server.createDatabase()) };
    const first = await openMySql(old);
    await first.migrate();
    await first.close();
    const run = (statement: string) => server.query(statement, old.database);
    await blocksOfAnOlderRelease(() => openMySql(old), run, "0003_blocks");
  });

  test("what was recalled is in no table any more, nor what it is found by", async () => {
    const conversation = await talkOf(store, a, b);
    const send = async (body: string, more: object) => {
      const [outcome] = await store.messages.append([{ ...post(conversation, a, body), ...more }], 1);
      return outcome && "seq" in outcome ? outcome.seq : 0;
    };
    const of = await send("first secretive", { kind: "media", data: { items: ["secretive"] } });
    await send("second secretive", { kind: "edit", data: { of } });
    while ((await store.search.indexSome(1_000)).more);
    const counts = async () => {
      const [row] = await server.query<{ texts: number; terms: number }>(
        `SELECT (SELECT COUNT(*) FROM Message WHERE concat(body, coalesce(data, '')) LIKE '%secretive%') AS texts,
          (SELECT COUNT(*) FROM SearchTerm WHERE term LIKE 'secretive%') AS terms`,
        options.database,
      );
      return [Number(row?.texts), Number(row?.terms)];
    };
    expect(await counts()).toEqual([2, 1]);
    await send("", { kind: "recall", data: { of } });
    expect(await counts()).toEqual([0, 0]);
  });

  test("a database of before groups is brought over while processes of that time go on", async () => {
    const former = { ...OWN, ...(await server.createDatabase()) };
    const client = await createConnection(address(former));
    await client.query(
      "CREATE TABLE __chatsrv_migrations (name VARCHAR(191) NOT NULL PRIMARY KEY, applied_at BIGINT NULL)",
    );
    const run = async (statements: readonly string[]) => {
      await client.beginTransaction();
      for (const statement of statements) await client.query(statement);
      await client.commit();
    };
    const forUpdate = " FOR UPDATE";
    await formerSchemaGoesOn({ open: () => openMySql(former), run, migrations, had: 4, forUpdate });
    await client.end();
  });

  /** Until a transaction waits for a lock that another one holds. */
  const somebodyWaits = () =>
    until(async () => (await status("Innodb_row_lock_current_waits")) > 0, {
      what: "a transaction to wait for a lock",
    });
  const status = async (name: string) => {
    const [row] = await server.query<{ Value: string }>(`SHOW GLOBAL STATUS LIKE '${name}'`);
    return Number(row?.Value);
  };

  test("a server that is killed under appends loses nothing it acknowledged, and all goes on after it", async () => {
    const acknowledged = new Set<string>();
    const failures: unknown[] = [];
    let over = false;
    const writers = [0, 1, 2].map(async (writer) => {
      for (let count = 0; !over; count += 1) {
        const entry = text(a, b, `${writer} ${count}`);
        // As a client does it: the same message again until it is acknowledged.
        for (;;) {
          try {
            const [outcome] = await append(store, [entry], count);
            if (outcome?.status === "stored" || outcome?.status === "duplicate")
              acknowledged.add(entry.clientId);
            break;
          } catch (thrown) {
            failures.push(thrown);
            await Bun.sleep(20);
          }
        }
      }
    });
    for (let round = 0; round < 2; round += 1) {
      const before = acknowledged.size;
      await until(() => acknowledged.size > before + 50, { what: "appends to go on" });
      await server.kill();
      await until(() => failures.length > 0);
      await server.start();
    }
    const before = acknowledged.size;
    await until(() => acknowledged.size > before + 50, { what: "appends to go on after the last restart" });
    over = true;
    await Promise.all(writers);

    for (const failure of failures)
      expect(failure instanceof AppError ? failure.codeName : failure).toBe("UNAVAILABLE");
    const stored = await everything(store, a, b);
    expect(stored.map(({ seq }) => seq)).toEqual(stored.map((_, index) => index + 1));
    expect(new Set(stored.map(({ clientId }) => clientId)).size).toBe(stored.length);
    const ids = new Set(stored.map(({ clientId }) => clientId));
    expect([...acknowledged].filter((id) => !ids.has(id))).toEqual([]);
  });

  test("while the server is away every call says so at once, and works when it is back", async () => {
    await store.ping();
    await server.kill();
    const started = performance.now();
    for (const call of [
      () => store.ping(),
      () => store.accounts.find(a),
      () => append(store, [text(a, b)], 1),
      () => store.migrate(),
      () => store.pendingMigrations(),
    ])
      expect((await failureOf(call())).codeName).toBe("UNAVAILABLE");
    expect(performance.now() - started).toBeLessThan(5_000);
    await server.start();
    expect((await store.accounts.find(a))?.id).toBe(a);
    expect((await append(store, [text(a, b)], 1))[0]?.status).toBe("stored");
  });

  test("a connection the server closed is replaced", async () => {
    await store.ping();
    for (const { id } of await connections()) await server.query(`KILL ${id}`);
    await until(() => store.ping().then(() => true));
    expect((await store.accounts.find(a))?.id).toBe(a);
  });

  test("a server that stops answering is given up, and met again", async () => {
    await opened({}, async (one) => {
      await one.ping();
      server.pause();
      try {
        expect((await failureOf(append(one, [text(a, b)], 1))).codeName).toBe("UNAVAILABLE");
      } finally {
        server.resume();
      }
      await until(() => one.ping().then(() => true));
      expect((await append(one, [text(a, b)], 1))[0]?.status).toBe("stored");
    });
  });

  test("what only reads is read on another connection when the first one does not answer", async () => {
    const pool = openPool({ ...options, poolSize: 1 }, silentLogger);
    const used: unknown[] = [];
    try {
      const read = pool.read(async (session) => {
        used.push(session);
        if (used.length === 1) await new Promise(() => {});
        return "read";
      });
      // Whoever waits for that connection meanwhile has not begun, and is given its time.
      const waiting = pool.read(async () => "waited");
      expect(await Promise.all([read, waiting])).toEqual(["read", "waited"]);
      expect(new Set(used).size).toBe(2);
    } finally {
      await pool.close();
    }
  });

  test("when one connection hangs, those that were silent as long are not asked one by one", async () => {
    const proxy = new TcpProxy(() => server);
    const pool = openPool({ ...options, port: proxy.port, poolSize: 4 }, silentLogger);
    try {
      const busy = Array.from({ length: 4 }, () =>
        pool.read(({ client }) => client.query("SELECT SLEEP(0.05)")),
      );
      await Promise.all(busy);
      // All four are gone without a word; whoever connects anew is answered.
      proxy.forget();
      const from = performance.now();
      for (let i = 0; i < 4; i++) await pool.read(({ client }) => client.query("SELECT 1"));
      expect(performance.now() - from).toBeLessThan(2 * 3_000);
    } finally {
      await pool.close();
      proxy.close();
    }
  });

  test("a server far away is reached, though making a connection ready takes longer than a read may", async () => {
    const proxy = new TcpProxy(() => server);
    proxy.delayMs = 350;
    const pool = openPool({ ...options, port: proxy.port, poolSize: 1 }, silentLogger);
    try {
      const [rows] = await pool.read(({ client }) => client.query("SELECT 1 AS one"));
      expect(rows).toEqual([{ one: 1 }] as never);
    } finally {
      await pool.close();
      proxy.close();
    }
  });

  test("the heartbeat keeps idle connections open past the server's own limit", async () => {
    await server.query("SET GLOBAL wait_timeout = 3");
    try {
      await opened({ heartbeatSeconds: 1 }, async (one) => {
        await Promise.all([one.ping(), one.ping(), one.ping()]);
        const before = (await connections()).map(({ id }) => id);
        const since = performance.now();
        await until(() => performance.now() - since > 5_000, { what: "the server's limit to pass" });
        const after = (await connections()).map(({ id }) => id);
        const kept = before.filter((id) => after.includes(id));
        expect(kept.length).toBeGreaterThanOrEqual(3);
      });
    } finally {
      await server.query("SET GLOBAL wait_timeout = 28800");
    }
  });

  test("a database that does not exist, a wrong password and no server are told apart in the detail", async () => {
    const detailOf = (own: Partial<MySqlOptions>) =>
      opened(own, async (one) => {
        for (const call of [() => one.ping(), () => one.migrate()]) {
          const error = await failureOf(call());
          expect(error.codeName).toBe("UNAVAILABLE");
        }
        return (await failureOf(one.migrate())).detail;
      });
    expect(await detailOf({ database: "not_there" })).toMatch(/not_there.*create it/);
    expect(await detailOf({ password: "wrong" })).toMatch(/denied/);
    expect(await detailOf({ password: "wrong" })).not.toContain("wrong");
    expect(await detailOf({ port: freePort() })).toMatch(/ECONNREFUSED|connect/i);
  });

  test("TLS verifies the server's certificate against the given authority only", async () => {
    const tlsCa = readFileSync(certs.ca, "utf8");
    await opened({ tls: true, tlsCa, host: "localhost" }, async (one) => {
      expect((await one.accounts.find(a))?.id).toBe(a);
    });
    await opened({ tls: true, host: "localhost" }, async (one) => {
      expect((await failureOf(one.ping())).codeName).toBe("UNAVAILABLE");
    });
  });

  test("a batch that lost a deadlock against somebody else's transaction is stored all the same", async () => {
    const pairs = [await friends(store), await friends(store)] as const;
    const [first, second] = await Promise.all(
      pairs.map(async ([one]) => (await store.conversations.heads(one, { limit: 1 })).items[0]?.conversation),
    );
    const before = await status("Innodb_deadlocks");
    const other = await createConnection({ ...address(options), multipleStatements: true });
    // It has written more than the batch, so the batch is the one the server gives up.
    await other.query("START TRANSACTION; UPDATE UserProfile SET description = 'busy'");
    await other.query("SELECT * FROM Conversation WHERE id = ? FOR UPDATE", [second]);
    const appended = append(
      store,
      pairs.map(([one, two]) => text(one, two)),
      1,
    );
    await somebodyWaits();
    await other.query("SELECT * FROM Conversation WHERE id = ? FOR UPDATE", [first]);
    await other.query("COMMIT");
    expect((await appended).map(({ status }) => status)).toEqual(["stored", "stored"]);
    expect(await status("Innodb_deadlocks")).toBe(before + 1);
    other.destroy();
  });

  test("a block and the end of a friendship wait for the append that is under way", async () => {
    for (const change of [
      (one: UserId, two: UserId) => store.friends.setBlocked(one, two, true),
      (one: UserId, two: UserId) => store.friends.remove(one, two),
    ]) {
      const [one, two] = await friends(store);
      const [head] = (await store.conversations.heads(one, { limit: 1 })).items;
      const appending = await createConnection({ ...address(options), multipleStatements: true });
      await appending.query("START TRANSACTION; SELECT * FROM Conversation WHERE id = ? FOR UPDATE", [
        head?.conversation,
      ]);
      let changed = false;
      const changing = change(one, two).then(() => {
        changed = true;
      });
      await somebodyWaits();
      expect(changed).toBe(false);
      await appending.query("COMMIT");
      await changing;
      appending.destroy();
      expect((await append(store, [text(two, one)], 1))[0]?.status).not.toBe("stored");
    }
  });

  test("a cursor that somebody else moved further meanwhile does not go back", async () => {
    const [one, two] = await friends(store);
    await append(
      store,
      Array.from({ length: 9 }, () => text(one, two)),
      1,
    );
    const other = await createConnection({ ...address(options), multipleStatements: true });
    await other.query(
      "START TRANSACTION; UPDATE ConversationMember SET delivered_seq = 7, read_seq = 6, delivered_at = 70 WHERE uuid = ?",
      [two],
    );
    const advancing = advance(store, [{ user: two, peer: one, delivered: 5, read: 4 }], 50);
    await somebodyWaits();
    await other.query("COMMIT");
    await advancing;
    other.destroy();
    expect((await store.conversations.heads(two, { limit: 1 })).items).toMatchObject([
      { deliveredSeq: 7, readSeq: 6 },
    ]);
  });

  test("a refusal is forgotten after its minute, with all others that are as old", async () => {
    const [ada, bob] = await friends(store);
    const [first, second] = [text(ada, bob), text(ada, bob)];
    await store.friends.setBlocked(bob, ada, true);
    await append(store, [first], 1);
    await server.query(
      "UPDATE Refusal SET at = at - INTERVAL 61 SECOND; UPDATE Conversation SET refused_at = refused_at - INTERVAL 61 SECOND",
      options.database,
    );
    await append(store, [second], 1);
    const left = await server.query<{ id: string }>(
      `SELECT client_id AS id FROM Refusal WHERE sender = ${ada}`,
      options.database,
    );
    expect(left.map(({ id }) => id)).toEqual([second.clientId]);
    await store.friends.setBlocked(bob, ada, false);
    const outcomes = await append(store, [first, second], 1);
    expect(outcomes.map(({ status }) => status)).toEqual(["stored", "blocked"]);
  });

  test("what does not fit its column names the field and stores nothing", async () => {
    const error = await failureOf(store.profiles.update(a, { nickname: "x".repeat(51) }));
    expect([error.codeName, error.field]).toEqual(["INVALID_FIELD", "nickname"]);
    const before = await everything(store, a, b);
    const batch = [text(a, b), text(a, b, "x", "i".repeat(65))];
    expect((await failureOf(append(store, batch, 1))).field).toBe("client_id");
    expect(await everything(store, a, b)).toEqual(before);
  });

  test("more calls at once than connections wait their turn", async () => {
    const results = await Promise.all(Array.from({ length: 300 }, () => store.accounts.find(a)));
    expect(new Set(results.map((account) => account?.id))).toEqual(new Set([a]));
    expect((await connections()).length).toBeLessThanOrEqual(OWN.poolSize);
  });
});
