/**
 * @module engines/main
 * The suites on every release of the servers that can be had here: `bun run test:engines`. Each pair of a database
 * and a Redis is a run of its own; `--quick` leaves out what takes minutes, and the machine's own servers, which
 * `bun run test` has had. Exits 1 when a run fails.
 */
import { engine } from "../support/engine.ts";

interface Ground {
  readonly sql?: "mysql-9" | "mariadb-11";
  readonly redis?: "redis-8" | "valkey-9";
  /** Part of `--quick`. */
  readonly quick?: boolean;
}

const GROUNDS: readonly Ground[] = [
  { sql: "mysql-9", redis: "valkey-9", quick: true },
  { sql: "mariadb-11", redis: "redis-8" },
  {},
];

/** What of the contracts meets a database server or Redis. */
const CONTRACTS = [
  "adopt",
  "coordination",
  "deploy",
  "failover",
  "settings",
  "store.mysql",
  "store.test",
  "support",
];
const QUICK = [
  ...CONTRACTS.map((name) => `test/contract/${name}`),
  ...["test/e2e/people.test.ts", "test/e2e/protocol2.test.ts"],
];
const THOROUGH = [...QUICK, "test/e2e/cluster", "test/faults/faults.test.ts", "./test/engines/settings.ts"];

const quick = process.argv.includes("--quick");
const TIMEOUT_MS = 60_000;

/** What the two servers of a ground call themselves. */
function names({ sql, redis }: Ground): string[] {
  const version = (path: string) => Bun.spawnSync([path, "--version"]).stdout.toString().trim();
  const sqlPath = sql && engine(sql).program(sql === "mysql-9" ? "mysqld" : "mariadbd");
  const redisPath = redis && engine(redis).program(redis === "valkey-9" ? "valkey-server" : "redis-server");
  return [version(sqlPath ?? "/usr/sbin/mariadbd"), version(redisPath ?? "redis-server")];
}

/** @returns whether all passed. */
async function run(ground: Ground): Promise<boolean> {
  console.log(`\n== ${names(ground).join("\n== ")}`);
  const began = performance.now();
  const child = Bun.spawn(
    [process.execPath, "test", `--timeout=${TIMEOUT_MS}`, ...(quick ? QUICK : THOROUGH)],
    {
      env: { ...process.env, TEST_SQL: ground.sql ?? "", TEST_REDIS: ground.redis ?? "" },
      stdin: "ignore",
      stdout: "inherit",
      stderr: "inherit",
    },
  );
  const code = await child.exited;
  console.log(
    `== ${code === 0 ? "passed" : "FAILED"} in ${Math.round((performance.now() - began) / 1000)} s`,
  );
  return code === 0;
}

let failed = 0;
for (const ground of GROUNDS.filter((one) => !quick || one.quick)) if (!(await run(ground))) failed += 1;
process.exit(failed > 0 ? 1 : 0);
