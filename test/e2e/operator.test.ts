/**
 * @module e2e/operator
 * What an operator sees of a cluster: `migrate`, `check` and `status` against real servers and processes.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Cluster } from "../support/cluster-process.ts";
import { chatsrv } from "../support/io.ts";
import { startMariaDb, startRedis } from "../support/servers.ts";
import { tempDir } from "../support/tempdir.ts";
import { until } from "../support/until.ts";

const cwd = tempDir("operator");
let cluster: Cluster;

beforeAll(async () => {
  const [database, redis] = await Promise.all([startMariaDb(), startRedis()]);
  cluster = new Cluster(database, redis, await database.createDatabase(), { chats: 2 });
});
afterAll(() => cluster.stop());

test("a role that finds an empty database says to run migrate, and check says so too", async () => {
  const start = await chatsrv(["--role=gateway"], cwd, { ...cluster.env, CHATSRV_GATESERVER_PORT: "0" });
  expect(start.code).toBe(1);
  expect(start.err).toContain("chatsrv migrate");
  const check = await chatsrv(["check"], cwd, cluster.env);
  expect(check.code).toBe(1);
  expect(check.out).toMatch(/^FAILED +schema .*\n +why: .*pending.*\n +mend: +run chatsrv migrate$/m);
});

test("migrate fills the database, once", async () => {
  const first = await chatsrv(["migrate"], cwd, cluster.env);
  expect([first.code, first.err]).toEqual([0, ""]);
  expect(first.out).toMatch(/^Applied \d+ migrations?:\n/);
  expect((await chatsrv(["migrate"], cwd, cluster.env)).out).toBe("The database is up to date.\n");
});

test("migrate --adopt on a database that is ours already changes nothing, and says so", async () => {
  const { code, out } = await chatsrv(["migrate", "--adopt"], cwd, cluster.env);
  expect(code).toBe(0);
  for (const what of [
    "passwords hashed",
    "profiles added",
    "friend requests cleaned up",
    "conversations made",
  ])
    expect(out).toMatch(new RegExp(`^ +${what} +0$`, "m"));
});

describe("with everything running", () => {
  beforeAll(() => cluster.start());

  test("check finds every peer", async () => {
    const { code, out } = await chatsrv(["check"], cwd, cluster.env);
    expect(out.slice(out.indexOf("\nok "))).toContain("All is well.");
    for (const name of ["storage", "schema", "coordination", "verify", "balance", "chat chat0", "chat chat1"])
      expect(out).toMatch(new RegExp(`^ok +${name} `, "m"));
    expect(code).toBe(0);
  });

  test("another secret is refused, and check says what is wrong", async () => {
    const { code, out } = await chatsrv(["check"], cwd, {
      ...cluster.env,
      CHATSRV_CLUSTER_SECRET: "another",
    });
    expect(code).toBe(1);
    expect(out).toMatch(/^FAILED +verify .*\n +why: .*UNAUTHENTICATED.*\n +mend: .*\[Cluster\] secret/m);
    expect(out).not.toContain("another");
  });

  test("a registry that cannot be read is no registry without nodes", async () => {
    const { redis, env } = cluster;
    const prefixed = { ...env, CHATSRV_REDIS_PREFIX: "broken:" };
    await redis.command("SET", "broken:{nodes}:names", "not a set");
    const { code, out } = await chatsrv(["check"], cwd, prefixed);
    expect(code).toBe(1);
    expect(out).toMatch(/^FAILED +chat nodes .*\n +why: .*WRONGTYPE/m);
  });

  test("status shows both nodes and their leases; a node that stops is gone", async () => {
    const text = await chatsrv(["status"], cwd, cluster.env);
    expect(text.code).toBe(0);
    for (const name of ["chat0", "chat1"])
      expect(text.out).toMatch(new RegExp(`^${name} +serving +0 +127`, "m"));

    await cluster.chats[1]?.stop();
    const names = async () => {
      const { nodes } = JSON.parse((await chatsrv(["status", "--json"], cwd, cluster.env)).out) as {
        nodes: { name: string; lease_left_ms: number }[];
      };
      expect(nodes[0]?.lease_left_ms).toBeGreaterThan(0);
      return nodes.map((node) => node.name).join();
    };
    await until(async () => (await names()) === "chat0", { what: "the stopped node to be gone" });
  });
});
