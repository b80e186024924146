/**
 * @module support/sql-pair
 * A primary and a replica of it, and what an operator does when the replica is to take over.
 */
import { sqlEngine } from "./engine.ts";
import { type MariaDb, startMariaDb } from "./mariadb.ts";
import { until } from "./until.ts";

export interface SqlPair {
  readonly primary: MariaDb;
  readonly replica: MariaDb;
  /** Resolves when the replica has all that the primary has. */
  caughtUp(): Promise<void>;
  /** With `semiSync`: whether the replica has every commit that was answered. */
  inStep(): Promise<boolean>;
  /** Makes the replica a primary: it applies what it has received, then takes writes. */
  promote(): Promise<void>;
}

/** What the two families of servers say for the same things. */
interface Dialect {
  readonly args: readonly string[];
  readonly semiSync: readonly string[];
  /** The status that says whether a primary waits for its replica. */
  readonly waits: string;
  readonly follow: (port: number) => string;
  readonly position: string;
  /** Where the replica is, as `position` says it of the primary. */
  readonly applied: string;
  /** Asks for the received position, in the column of that name, and whether it is applied. */
  readonly received: readonly [ask: string, column: string, isApplied: (received: string) => string];
  readonly stop: string;
}

const mariaDb: Dialect = {
  args: ["--log-bin=binlog", "--binlog-format=ROW"],
  semiSync: [
    ...["--rpl-semi-sync-master-enabled=1", "--rpl-semi-sync-slave-enabled=1"],
    ...["--rpl-semi-sync-master-wait-point=AFTER_SYNC", "--rpl-semi-sync-master-timeout=600000"],
    // Who has no replica connected waits for none: at the start, and after it took over.
    "--rpl-semi-sync-master-wait-no-slave=0",
  ],
  waits: "Rpl_semi_sync_master_status",
  follow: (port) =>
    `CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT=${port}, MASTER_USER='copy', MASTER_PASSWORD='copy',
     MASTER_CONNECT_RETRY=1, MASTER_USE_GTID=slave_pos; START SLAVE`,
  position: "SELECT @@gtid_binlog_pos AS at",
  applied: "SELECT @@gtid_slave_pos AS at",
  received: ["SHOW SLAVE STATUS", "Gtid_IO_Pos", (at) => `SELECT @@gtid_slave_pos = '${at}' AS applied`],
  stop: "STOP SLAVE; RESET SLAVE ALL; SET GLOBAL read_only = 0",
};

const mySql: Dialect = {
  args: ["--gtid-mode=ON", "--enforce-gtid-consistency=ON"],
  semiSync: [
    "--plugin-load-add=semisync_source.so;semisync_replica.so",
    ...["--rpl-semi-sync-source-enabled=1", "--rpl-semi-sync-replica-enabled=1"],
    ...["--rpl-semi-sync-source-timeout=600000", "--rpl-semi-sync-source-wait-no-replica=0"],
  ],
  waits: "Rpl_semi_sync_source_status",
  follow: (port) =>
    `CHANGE REPLICATION SOURCE TO SOURCE_HOST='127.0.0.1', SOURCE_PORT=${port}, SOURCE_USER='copy',
     SOURCE_PASSWORD='copy', SOURCE_CONNECT_RETRY=1, GET_SOURCE_PUBLIC_KEY=1, SOURCE_AUTO_POSITION=1; START REPLICA`,
  position: "SELECT @@global.gtid_executed AS at",
  applied: "SELECT @@global.gtid_executed AS at",
  received: [
    "SHOW REPLICA STATUS",
    "Retrieved_Gtid_Set",
    (at) => `SELECT GTID_SUBSET('${at}', @@global.gtid_executed) AS applied`,
  ],
  stop: "STOP REPLICA; RESET REPLICA ALL; SET GLOBAL read_only = 0",
};

/**
 * Starts both, the replica read-only.
 * @param semiSync a commit is answered when the replica has it, so that a primary may be lost without a warning.
 */
export async function startSqlPair({ semiSync = false } = {}): Promise<SqlPair> {
  const speaks = sqlEngine.isMySql ? mySql : mariaDb;
  const args = (id: number) => [`--server-id=${id}`, ...speaks.args, ...(semiSync ? speaks.semiSync : [])];
  const primary = await startMariaDb({ args: args(1) });
  await primary.query(
    "CREATE USER copy@'%' IDENTIFIED BY 'copy'; GRANT REPLICATION SLAVE ON *.* TO copy@'%'",
  );
  // The account that tests use is in both from the start: each has made its own.
  const replica = await startMariaDb({ args: args(2) });
  const at = async (server: MariaDb, ask: string) => (await server.query<{ at: string }>(ask))[0]?.at;
  await replica.query("SET sql_log_bin = 0; DROP USER chatsrv@'%'");
  await replica.query(
    `${sqlEngine.isMySql ? "RESET BINARY LOGS AND GTIDS" : "RESET MASTER; SET GLOBAL gtid_slave_pos = ''"}`,
  );
  await replica.query(`${speaks.follow(primary.port)}; SET GLOBAL read_only = 1`);
  const caughtUp = async () => {
    const goal = await at(primary, speaks.position);
    await until(async () => (await at(replica, speaks.applied)) === goal, {
      timeoutMs: 20_000,
      what: `the replica to be at ${goal}`,
    });
  };
  await caughtUp();
  const inStep = async () =>
    (await primary.query<{ Value: string }>(`SHOW STATUS LIKE '${speaks.waits}'`))[0]?.Value === "ON";
  const [ask, column, isApplied] = speaks.received;
  const drained = async () => {
    const [status] = await replica.query<Record<string, string>>(ask);
    const [row] = await replica.query<{ applied: number }>(isApplied(status?.[column] ?? ""));
    return row?.applied === 1;
  };
  const promote = async () => {
    await until(drained, { timeoutMs: 20_000, what: "the replica to have applied what it received" });
    await replica.query(speaks.stop);
  };
  return { primary, replica, caughtUp, inStep, promote };
}
