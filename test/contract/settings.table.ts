/**
 * @module contract/settings.table
 * Settings of database servers that people have and that are none of ours: whatever they are, the store's contract
 * holds. A row is one setting; most of them have broken some program that relied on the default.
 */
import { sqlEngine } from "../support/engine.ts";

export interface Setting {
  /** What is given to the server. */
  readonly args: readonly string[];
  /** The servers that know it; both unless given. */
  readonly only?: "mariadb" | "mysql";
  /** Why it cannot be set together with all the others. */
  readonly alone?: string;
}

const each = (name: string, ...values: readonly string[]): Setting[] =>
  values.map((value) => ({ args: [`--${name}=${value}`], alone: "one value of several" }));
const together = (...args: readonly string[]): Setting[] => args.map((arg) => ({ args: [arg] }));
const onMariaDb = (...args: readonly string[]): Setting[] =>
  args.map((arg) => ({ args: [arg], only: "mariadb" }));
const onMySql = (...args: readonly string[]): Setting[] =>
  args.map((arg) => ({ args: [arg], only: "mysql" }));

const ALL: readonly Setting[] = [
  // How the server reads statements and values.
  ...each(
    "sql-mode",
    "",
    "STRICT_TRANS_TABLES",
    "ANSI",
    "ANSI_QUOTES",
    "NO_BACKSLASH_ESCAPES",
    "PIPES_AS_CONCAT",
  ),
  ...each(
    "sql-mode",
    "TRADITIONAL",
    "ONLY_FULL_GROUP_BY",
    "NO_AUTO_VALUE_ON_ZERO",
    "PAD_CHAR_TO_FULL_LENGTH",
  ),
  { args: ["--sql-mode=ORACLE"], only: "mariadb", alone: "one value of several" },
  ...together("--sql-mode=ANSI,NO_BACKSLASH_ESCAPES,IGNORE_SPACE,HIGH_NOT_PRECEDENCE"),
  ...together("--init-connect=SET SESSION sql_mode = 'ANSI_QUOTES', autocommit = 0"),
  ...together("--lc-messages=de_DE"),
  // Transactions and locks.
  ...each("transaction-isolation", "READ-UNCOMMITTED", "READ-COMMITTED", "REPEATABLE-READ"),
  ...together("--transaction-isolation=SERIALIZABLE", "--transaction-read-only=ON", "--autocommit=0"),
  ...each("completion-type", "RELEASE"),
  ...together("--completion-type=CHAIN", "--innodb-rollback-on-timeout=ON", "--innodb-lock-wait-timeout=1"),
  ...together("--lock-wait-timeout=2", "--innodb-table-locks=OFF"),
  { args: ["--innodb-deadlock-detect=OFF"], alone: "slow: a deadlock lasts as long as a lock is waited for" },
  ...onMariaDb("--innodb-snapshot-isolation=ON"),
  // Keys and tables.
  ...each("innodb-autoinc-lock-mode", "0", "2"),
  ...together("--innodb-autoinc-lock-mode=1", "--auto-increment-increment=3", "--auto-increment-offset=2"),
  ...together(
    "--innodb-strict-mode=ON",
    "--innodb-file-per-table=OFF",
    "--innodb-default-row-format=compact",
  ),
  { args: ["--innodb-strict-mode=OFF"], alone: "one value of several" },
  ...together("--default-storage-engine=MyISAM"),
  ...onMariaDb("--lower-case-table-names=1"),
  ...onMySql("--sql-require-primary-key=ON", "--sql-generate-invisible-primary-key=ON"),
  { args: ["--explicit-defaults-for-timestamp=ON"], alone: "one value of several" },
  ...onMariaDb("--explicit-defaults-for-timestamp=OFF"),
  // Texts and times.
  ...each("character-set-server", "utf8mb3"),
  ...["utf8mb4_bin", "utf8mb4_general_ci"].map((collation) => ({
    args: ["--character-set-server=utf8mb4", `--collation-server=${collation}`],
    alone: "one value of several",
  })),
  { args: ["--character-set-server=latin1", "--collation-server=latin1_german2_ci"] },
  ...together("--default-time-zone=+05:45"),
  ...onMariaDb("--skip-character-set-client-handshake"),
  // Bounds.
  ...together(
    "--max-allowed-packet=1M",
    "--max-connections=20",
    "--wait-timeout=2",
    "--interactive-timeout=2",
  ),
  ...together("--max-user-connections=15", "--group-concat-max-len=4"),
  ...onMySql("--max-join-size=1"),
  ...onMariaDb("--max-join-size=1", "--query-cache-type=ON", "--query-cache-size=16M"),
  { args: ["--skip-log-bin"], alone: "the opposite of the next" },
  { args: ["--log-bin=binlog", "--server-id=7", "--binlog-format=ROW"], only: "mariadb" },
  {
    args: ["--log-bin=binlog", "--server-id=7", "--binlog-format=MIXED"],
    only: "mariadb",
    alone: "one value of several",
  },
  ...onMySql("--gtid-mode=ON", "--enforce-gtid-consistency=ON"),
];

/** What a session may be given, but no server at its start. */
export const GLOBALS: readonly string[] = [
  ...["foreign_key_checks = 0", "unique_checks = 0", "sql_safe_updates = 1", "sql_select_limit = 1"],
  "sql_big_selects = 0",
];

const known = ({ only }: Setting) => only === undefined || (only === "mysql") === sqlEngine.isMySql;

/** The settings that the server of the tests knows. */
export const settings: readonly Setting[] = ALL.filter(known);

/** Most of them at once. */
export const allAtOnce: readonly string[] = settings
  .filter(({ alone }) => alone === undefined)
  .flatMap(({ args }) => args);
