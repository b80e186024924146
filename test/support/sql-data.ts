/**
 * @module support/sql-data
 * Data folders for SQL servers. Filling one takes seconds, so it is done once a process and engine, and copied.
 */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { SqlEngine } from "./engine.ts";
import { tempDir } from "./tempdir.ts";

/** Servers refuse to run as root unless told so, and to be told so by anybody else. */
const AS_ROOT = process.getuid?.() === 0 ? ["--user=root"] : [];

const LITTLE_MEMORY = ["--innodb-buffer-pool-size=64M", "--secure-file-priv="];

/** Program and first arguments of a server on this folder: its files, and as little memory and disk as will do. */
export function serverCommand({ isMySql, program, base }: SqlEngine, dataDir: string): string[] {
  const folders = [`--basedir=${base}`, `--datadir=${dataDir}`, `--tmpdir=${scratchOf(dataDir)}`];
  const common = ["--no-defaults", ...AS_ROOT, ...folders, ...LITTLE_MEMORY];
  return isMySql
    ? [
        program("mysqld"),
        ...common,
        "--innodb-redo-log-capacity=64M",
        "--mysqlx=OFF",
        "--performance-schema=OFF",
      ]
    : [program("mariadbd"), ...common, `--lc-messages-dir=${share(base)}`, "--innodb-log-file-size=32M"];
}

/** A folder for the server's temporary tables: one that starts removes what it finds there, whoever uses it. */
function scratchOf(dataDir: string): string {
  const path = `${dataDir}.tmp`;
  mkdirSync(path, { recursive: true });
  return path;
}

/** Where a MariaDB's own files are below its base. */
const share = (base: string) =>
  ["mariadb", "mysql"].map((name) => join(base, "share", name)).find(existsSync);

const templates = new Map<string, Promise<string>>();

/** A new data folder, where root comes in over TCP from this machine without a password. */
export async function emptyDataDir(engine: SqlEngine): Promise<string> {
  let template = templates.get(engine.base);
  if (template === undefined) {
    template = filled(engine);
    templates.set(engine.base, template);
  }
  const dataDir = join(tempDir("sql"), "data");
  await cp(await template, dataDir, { recursive: true });
  // The server's identity, which two must not share.
  await rm(join(dataDir, "auto.cnf"), { force: true });
  return dataDir;
}

async function filled(engine: SqlEngine): Promise<string> {
  const dir = tempDir("sql-template");
  const dataDir = join(dir, "data");
  const [args, input] = engine.isMySql
    ? [["--initialize-insecure", `--init-file=${await written(join(dir, "root.sql"), ROOT_OVER_TCP)}`], ""]
    : [["--bootstrap"], bootstrap(engine.base)];
  await Bun.$`mkdir -p ${engine.isMySql ? dir : dataDir}`.quiet();
  const child = Bun.spawn([...serverCommand(engine, dataDir), ...args], {
    stdin: new Blob([input]),
    stdout: "ignore",
    stderr: "pipe",
  });
  const [errors, code] = await Promise.all([new Response(child.stderr).text(), child.exited]);
  if (code !== 0) throw new Error(`filling ${dataDir}: ${code}\n${errors.slice(-2_000)}`);
  return dataDir;
}

const ROOT_OVER_TCP =
  "CREATE USER root@'127.0.0.1'; GRANT ALL ON *.* TO root@'127.0.0.1' WITH GRANT OPTION;\n";

async function written(path: string, text: string): Promise<string> {
  await Bun.write(path, text);
  return path;
}

/** What mariadb-install-db feeds a server that is to fill its folder. */
function bootstrap(base: string): string {
  const dir = share(base) ?? "";
  const prefix = existsSync(join(dir, "mariadb_system_tables.sql")) ? "mariadb" : "mysql";
  const file = (name: string) => readFileSync(join(dir, name), "utf8");
  return [
    "CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket = NULL;\n",
    file(`${prefix}_system_tables.sql`),
    file(`${prefix}_performance_tables.sql`),
    file(`${prefix}_system_tables_data.sql`),
    file(`${prefix}_sys_schema.sql`),
  ].join("\n");
}
