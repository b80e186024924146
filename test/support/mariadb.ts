/**
 * @module support/mariadb
 * A real MariaDB, or the MySQL that is to stand in for it (engine.ts), with its own data folder on a free loopback
 * port. Commits reach the disk as InnoDB's default promises (`innodb_flush_log_at_trx_commit=1`); only its memory is
 * small, so that it starts in 200 ms.
 */

import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";
import { type SqlEngine, sqlEngine } from "./engine.ts";
import { freePort } from "./port.ts";
import { ServerProcess } from "./process.ts";
import { emptyDataDir, serverCommand } from "./sql-data.ts";
import type { Certificates } from "./tls.ts";

const HOST = "127.0.0.1";
const USER = "chatsrv";
const PASSWORD = "a test's password";
/** How to reach one database: the values of `[MySQL]`, and the same as a url. */
export interface DatabaseAddress {
  host: string;
  port: number;
  username: string;
  password: string;
  database: string;
  url: string;
}

/** What may differ from the usual. */
export interface MariaDbOptions {
  /** Offers TLS with this server certificate; plain connections stay possible. */
  tls?: Certificates;
  /** Another server than the one that the tests run on. */
  engine?: SqlEngine;
  /** Program and arguments that start the server's command, which follows them. */
  launch?: readonly string[];
  /** More arguments of the server; they win over the ones used here. */
  args?: readonly string[];
}

/** One running MariaDB; see `ServerProcess` for killing, stopping, pausing and starting it again. */
export class MariaDb extends ServerProcess {
  readonly host = HOST;
  readonly username = USER;
  readonly password = PASSWORD;

  constructor(
    readonly port: number,
    readonly dataDir: string,
    { tls, engine = sqlEngine, launch = [], args = [] }: MariaDbOptions,
  ) {
    super({
      name: engine.isMySql ? "mysqld" : "mariadbd",
      command: [
        ...launch,
        ...serverCommand(engine, dataDir),
        `--socket=${dataDir}/server.sock`,
        `--pid-file=${dataDir}/server.pid`,
        `--bind-address=${HOST}`,
        `--port=${port}`,
        "--skip-name-resolve",
        "--max-connections=500",
        "--innodb-flush-log-at-trx-commit=1",
        ...(tls ? [`--ssl-ca=${tls.ca}`, `--ssl-cert=${tls.serverCert}`, `--ssl-key=${tls.serverKey}`] : []),
        ...args,
      ],
      logFile: `${dataDir}.log`,
      ready: () => withConnection(port, "root", "", async () => true),
    });
  }

  /** Ends it and removes its data, for who starts many. */
  async discard(): Promise<void> {
    await this.kill();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  /** The server without a database, as a url. */
  get url(): string {
    return this.address("").url;
  }

  /** How to reach the database of this name, whether it exists or not. */
  address(database: string): DatabaseAddress {
    const { host, port, username, password } = this;
    const url = `mysql://${username}:${encodeURIComponent(password)}@${host}:${port}/${database}`;
    return { host, port, username, password, database, url };
  }

  /**
   * Creates an empty utf8mb4 database. Without a name it gets one nobody else has, so that tests that share
   * the server do not meet.
   */
  async createDatabase(name = `test_${randomBytes(6).toString("hex")}`): Promise<DatabaseAddress> {
    await this.query(`CREATE DATABASE \`${name}\` CHARACTER SET utf8mb4`);
    return this.address(name);
  }

  /** Runs statements as root, in `database` if given, and returns the rows of the last one that has some. */
  query<Row = Record<string, unknown>>(sql: string, database?: string): Promise<Row[]> {
    return withConnection(this.port, "root", database ?? "", async (connection) => {
      const [rows] = await connection.query<RowDataPacket[]>(sql);
      return rows as unknown as Row[];
    });
  }
}

/**
 * Starts a server of its own, empty, about one second from nothing. It ends with the test process.
 * @throws Error that says what to install where there is no mariadbd.
 */
export async function startMariaDb(options: MariaDbOptions = {}): Promise<MariaDb> {
  const dataDir = await emptyDataDir(options.engine ?? sqlEngine);
  const server = new MariaDb(freePort(), dataDir, options);
  await server.start();
  await makeUser(server);
  return server;
}

/** Makes the account that tests use. */
export async function makeUser(server: MariaDb): Promise<void> {
  await server.query(`CREATE USER '${USER}'@'%' IDENTIFIED BY '${PASSWORD.replaceAll("'", "''")}'`);
  await server.query(`GRANT ALL ON *.* TO '${USER}'@'%'`);
}

let shared: Promise<MariaDb> | undefined;

/** The MariaDB all test files of one process share, started at the first call. Take a database of your own in it. */
export function sharedMariaDb(): Promise<MariaDb> {
  shared ??= startMariaDb();
  return shared;
}

async function withConnection<T>(
  port: number,
  user: string,
  database: string,
  use: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await createConnection({ host: HOST, port, user, database, multipleStatements: true });
  try {
    // A test may have made the server's default something else.
    await connection.query("SET autocommit = 1; SET SESSION TRANSACTION READ WRITE");
    return await use(connection);
  } finally {
    connection.destroy();
  }
}
