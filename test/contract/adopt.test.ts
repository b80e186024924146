/**
 * @module contract/adopt
 * `migrate --adopt` on a database as the original's own statements make it.
 */
import { beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { userId } from "../../src/domain/ids.ts";
import { silentLogger } from "../../src/lib/log.ts";
import { type AdoptReport, adopt } from "../../src/store/mysql/adopt.ts";
import { isHash } from "../../src/store/mysql/adopt-passwords.ts";
import { migrations } from "../../src/store/mysql/migrate.ts";
import type { MySqlOptions } from "../../src/store/mysql/options.ts";
import { adoptStore } from "../../src/store/open.ts";
import type { Store } from "../../src/store/store.ts";
import { failureOf } from "../support/failure.ts";
import { type MariaDb, sharedMariaDb, until } from "../support/servers.ts";
import { append, openMySql, register, statuses, text } from "./store.harness.ts";

/** As the original makes its tables, in the character set it had. */
const ORIGINAL = `
  CREATE TABLE Authentication (uuid INT AUTO_INCREMENT PRIMARY KEY, username VARCHAR(50) NOT NULL UNIQUE,
    password VARCHAR(255) NOT NULL, email VARCHAR(100) UNIQUE) DEFAULT CHARSET=utf8;
  CREATE TABLE UserProfile (uuid INT PRIMARY KEY, avatar VARCHAR(255), nickname VARCHAR(50), description TEXT,
    sex BOOL, FOREIGN KEY (uuid) REFERENCES Authentication(uuid) ON DELETE CASCADE) DEFAULT CHARSET=utf8;
  CREATE TABLE FriendRequest (id INT AUTO_INCREMENT PRIMARY KEY, src_uuid INT NOT NULL, dst_uuid INT NOT NULL,
    nickname VARCHAR(255), message VARCHAR(255), status BOOL,
    FOREIGN KEY (src_uuid) REFERENCES Authentication(uuid) ON DELETE CASCADE,
    FOREIGN KEY (dst_uuid) REFERENCES Authentication(uuid) ON DELETE CASCADE) DEFAULT CHARSET=utf8;
  CREATE TABLE AuthFriend (id INT AUTO_INCREMENT PRIMARY KEY, self_uuid INT NOT NULL, friend_uuid INT NOT NULL,
    alternative_name VARCHAR(255), UNIQUE(self_uuid, friend_uuid),
    FOREIGN KEY (self_uuid) REFERENCES Authentication(uuid) ON DELETE CASCADE,
    FOREIGN KEY (friend_uuid) REFERENCES Authentication(uuid) ON DELETE CASCADE) DEFAULT CHARSET=utf8;`;

const BCRYPT = "$2b$04$jkdbLaSVQGUmwB0W2eYDXOiGcBHG.DdkqXTg9tEQJuvbIqBKXpw8W";
/** Accounts 1 to 8: the last one's password has been hashed before. */
const PASSWORDS = [
  "Secret123",
  "pä$$wörd 1A",
  "$argon2id$ is how mine starts",
  "$2b$ too",
  "' OR 1=1 --",
  "",
  "x".repeat(255),
  BCRYPT,
];

const cheap = (password: string) =>
  Bun.password.hash(password, { algorithm: "argon2id", memoryCost: 64, timeCost: 1 });
/** The migrations beyond the original's own tables. */
const OURS = migrations.slice(1).map(({ name }) => name);
const NOTHING: AdoptReport = {
  ...{ tables: 0, passwords: 0, profiles: 0, friendships: 0, requests: 0, conversations: 0 },
  applied: [],
};

let server: MariaDb;
beforeAll(async () => {
  server = await sharedMariaDb();
});

/** A database of the original with these people and what is wrong with its rows. */
async function originalDatabase(): Promise<{
  options: MySqlOptions;
  run: (sql: string) => Promise<unknown[]>;
}> {
  const address = await server.createDatabase();
  const run = (sql: string) => server.query(sql, address.database);
  await run(`SET NAMES utf8mb4; ${ORIGINAL}`);
  const quoted = (value: string) => `'${value.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
  for (const [index, password] of PASSWORDS.entries())
    await run(
      `SET NAMES utf8mb4; INSERT INTO Authentication (username, password, email)
       VALUES ('user${index + 1}', ${quoted(password)}, 'user${index + 1}@example.com')`,
    );
  await run(`
    INSERT INTO UserProfile VALUES (1, 'a.png', 'Uno', 'about', 1), (2, NULL, NULL, NULL, NULL);
    INSERT INTO AuthFriend (self_uuid, friend_uuid, alternative_name) VALUES (1, 2, 'two'), (2, 1, 'one'), (4, 3, 'three');
    INSERT INTO FriendRequest (src_uuid, dst_uuid, nickname, message, status) VALUES
      (1, 2, 'n', 'm', 1), (1, 2, 'n', 'm', 1), (5, 1, 'n', 'old', 0), (5, 1, 'n', 'new', 0), (5, 1, 'n', 'gone', 1),
      (6, 1, NULL, NULL, NULL), (3, 4, 'n', 'm', 0), (7, 7, 'n', 'm', 0);`);
  const options = { ...address, poolSize: 4, heartbeatSeconds: 60, tls: false };
  return { options, run };
}

async function opened<T>(options: MySqlOptions, use: (store: Store) => Promise<T>): Promise<T> {
  const store = await openMySql(options);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/** What an adopted `originalDatabase` must be like. */
async function expectAdopted(options: MySqlOptions): Promise<void> {
  await opened(options, async (store) => {
    expect(await store.pendingMigrations()).toEqual([]);
    const accounts = (await store.accounts.list({ limit: 100 })).items;
    expect(accounts.length).toBe(PASSWORDS.length);
    for (const [index, account] of accounts.entries()) {
      const password = PASSWORDS[index] ?? "";
      expect(isHash(account.passwordHash)).toBe(true);
      // An empty one lets nobody in, neither before nor now.
      if (password === BCRYPT) expect(account.passwordHash).toBe(BCRYPT);
      else expect(await Bun.password.verify(password || "?", account.passwordHash)).toBe(password !== "");
    }

    const profiles = await store.profiles.findMany(accounts.map(({ id }) => id));
    expect(profiles.length).toBe(PASSWORDS.length);
    expect(await store.profiles.find(userId(1))).toMatchObject({ nickname: "Uno", avatar: "a.png", sex: 1 });
    expect(await store.profiles.find(userId(2))).toMatchObject({ nickname: "", avatar: "", sex: 0 });
    expect(await store.profiles.find(userId(5))).toMatchObject({
      nickname: "user5",
      description: "",
      sex: 0,
    });

    const asked = (await store.friends.requestsTo(userId(1), { limit: 10 })).items;
    expect(asked.map(({ from, message }) => [from.id as number, message])).toEqual([
      [5, "new"],
      [6, ""],
    ]);
    expect((await store.friends.requestsTo(userId(4), { limit: 10 })).items).toEqual([]);
    const ofTwo = (await store.friends.list(userId(2), { limit: 10 })).items;
    expect(ofTwo.map(({ alternativeName }) => alternativeName)).toEqual(["one"]);
    for (const [a, b] of [[1, 2] as const, [3, 4] as const]) {
      expect(await store.friends.areFriends(userId(a), userId(b))).toBe(true);
      expect(await store.friends.areFriends(userId(b), userId(a))).toBe(true);
      const batch = [text(userId(a), userId(b), "🎉"), text(userId(b), userId(a))];
      expect(statuses(await append(store, batch, 1))).toEqual(["stored", "stored"]);
      expect((await store.conversations.heads(userId(b), { limit: 5 })).items.length).toBe(1);
    }
    expect((await store.profiles.update(userId(3), { nickname: "四字节 🎉" }))?.nickname).toBe("四字节 🎉");
  });
}

describe("adopting a database of the original", () => {
  test("mends what is wrong, says how much, and leaves nothing for a second run", async () => {
    const { options, run } = await originalDatabase();
    expect(await adopt(options, cheap, silentLogger)).toEqual({
      ...{ tables: 4, passwords: 7, profiles: 6, friendships: 1, requests: 5, conversations: 2 },
      applied: OURS,
    });
    await expectAdopted(options);
    // With a Cyrillic letter: the adopted names are nobody else's from now on.
    const twin = await failureOf(opened(options, (store) => register(store, "us\u0435r1")));
    expect([twin.codeName, twin.field]).toEqual(["NAME_TAKEN", "username"]);
    const before = await run("SELECT * FROM Authentication");
    expect(await adopt(options, cheap, silentLogger)).toEqual(NOTHING);
    expect(await run("SELECT * FROM Authentication")).toEqual(before);
  });

  test("is refused by the plain migrate, which adopting then satisfies", async () => {
    const { options } = await originalDatabase();
    const error = await failureOf(opened(options, (store) => store.migrate()));
    expect([error.codeName, error.detail]).toEqual(["UNSUPPORTED", expect.stringContaining("--adopt")]);
    await adopt(options, cheap, silentLogger);
    expect(await opened(options, (store) => store.migrate())).toEqual({ applied: [] });
  });

  test("killed half way, the next run completes it and counts only what was left", async () => {
    const { options, run } = await originalDatabase();
    const script = join(import.meta.dir, "adopt.child.ts");
    const child = Bun.spawn([process.execPath, script, JSON.stringify(options), "3"], { stderr: "inherit" });
    await child.exited;
    expect(child.signalCode).toBe("SIGKILL");
    // The server finishes what the dead child had asked for.
    await until(
      async () =>
        (await run("SELECT 1 FROM information_schema.processlist WHERE db = DATABASE()")).length === 1,
      { what: "the child's connection to be gone" },
    );

    const rows = (await run("SELECT password FROM Authentication")) as { password: string }[];
    const left = rows.filter(({ password }) => !isHash(password)).length;
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(7);
    expect((await failureOf(opened(options, (store) => store.migrate()))).codeName).toBe("UNSUPPORTED");

    expect(await adopt(options, cheap, silentLogger)).toMatchObject({
      tables: 0,
      passwords: left,
      profiles: 6,
    });
    await expectAdopted(options);
    expect(await adopt(options, cheap, silentLogger)).toEqual(NOTHING);
  });

  test("a migration that was cut off is completed", async () => {
    const { options, run } = await originalDatabase();
    await adopt(options, cheap, silentLogger);
    await run("UPDATE __chatsrv_migrations SET applied_at = NULL WHERE name >= '0001'; DROP TABLE Block;");
    expect(await adopt(options, cheap, silentLogger)).toEqual({ ...NOTHING, applied: OURS });
    await expectAdopted(options);
  });

  test("two runs at once wait for each other", async () => {
    const { options } = await originalDatabase();
    const reports = await Promise.all([1, 2].map(() => adopt(options, cheap, silentLogger)));
    expect(reports.map(({ passwords }) => passwords).sort()).toEqual([0, 7]);
    await expectAdopted(options);
  });

  test("names that would become one are refused by name, and nothing is lost", async () => {
    const { options, run } = await originalDatabase();
    await run(`ALTER TABLE Authentication CONVERT TO CHARACTER SET utf8 COLLATE utf8_bin;
      INSERT INTO Authentication (username, password, email) VALUES ('USER1', 'p', 'other@example.com')`);
    const error = await failureOf(adopt(options, cheap, silentLogger));
    expect([error.codeName, error.detail]).toEqual(["UNSUPPORTED", expect.stringMatching(/user1/i)]);
    await run("UPDATE Authentication SET username = 'user1b' WHERE username = 'USER1'");
    expect(await adopt(options, cheap, silentLogger)).toMatchObject({ passwords: 8 });
  });

  test("there is nothing to adopt in an empty database, and nothing to do in one of ours", async () => {
    const options = { ...(await server.createDatabase()), poolSize: 4, heartbeatSeconds: 60, tls: false };
    const error = await failureOf(adopt(options, cheap, silentLogger));
    expect([error.codeName, error.detail]).toEqual([
      "UNSUPPORTED",
      expect.stringContaining("nothing to adopt"),
    ]);
    await opened(options, (store) => store.migrate());
    expect(await adopt(options, cheap, silentLogger)).toEqual(NOTHING);
  });

  test("the embedded store says that it has none to adopt", async () => {
    const options = { ...(await server.createDatabase()), poolSize: 4, heartbeatSeconds: 60, tls: false };
    const choice = { engine: "sqlite", sqlite: { path: "" }, mysql: options } as const;
    expect((await failureOf(adoptStore(choice, cheap, silentLogger))).codeName).toBe("UNSUPPORTED");
  });
});
