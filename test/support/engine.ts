/**
 * @module support/engine
 * Which servers the tests run on: the machine's own MariaDB and Redis, or others that `TEST_SQL` (`mysql-9`,
 * `mariadb-11`) and `TEST_REDIS` (`redis-8`, `valkey-9`) name; engines.sh has them at hand, beside the machine's own.
 */
import { join } from "node:path";
import { program } from "./process.ts";

/** Servers that are laid beside the machine's own; the names are those of engines.sh. */
export type EngineName = "mysql-9" | "mariadb-11" | "redis-8" | "valkey-9" | "galera-4";

const SCRIPT = join(import.meta.dir, "engines.sh");

/** A release of a server: its programs and what lies beside them. */
export interface Engine {
  /** Path of a program. @throws Error that says what to install */
  program(name: string): string;
  /** The folder that has `share/` and `lib/` of the release, as its servers take it in `--basedir`. */
  readonly base: string;
}

/** A release of MariaDB or MySQL. */
export interface SqlEngine extends Engine {
  readonly isMySql: boolean;
}

const own: Engine = { program, base: "/usr" };

/** The engine of a name, fetched if it is not there. @throws Error that says why it cannot be had */
export function engine(name: EngineName): Engine {
  const run = Bun.spawnSync(["sh", SCRIPT, name], { stderr: "pipe" });
  if (run.exitCode !== 0) throw new Error(`${name} cannot be had: ${run.stderr}`);
  const folder = run.stdout.toString().trim();
  return { program: (file) => join(folder, "run", file), base: join(folder, "usr") };
}

/** The engine that a variable of the environment names, the machine's own when it names none. */
function chosen<Name extends EngineName>(
  variable: string,
  names: readonly Name[],
): [Name | undefined, Engine] {
  const value = process.env[variable] || undefined;
  if (value === undefined) return [undefined, own];
  const name = names.find((one) => one === value);
  if (name === undefined) throw new Error(`${variable}=${value} is none of ${names.join(", ")}`);
  return [name, engine(name)];
}

const [sqlName, sql] = chosen("TEST_SQL", ["mysql-9", "mariadb-11"]);
const [redisName, redis] = chosen("TEST_REDIS", ["redis-8", "valkey-9"]);

/** Where accounts and messages are kept in the tests. */
export const sqlEngine: SqlEngine = { ...sql, isMySql: sqlName === "mysql-9" };

/** Path of the server that coordinates in the tests. @throws Error that says what to install */
export const redisServer = () => redis.program(redisName === "valkey-9" ? "valkey-server" : "redis-server");
