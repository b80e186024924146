/**
 * @module engines/settings
 * Each setting of contract/settings.table by itself, and those that are refused with a word of why.
 */
import { afterAll, describe, expect, test } from "bun:test";
import { settingsSuite } from "../contract/settings.suite.ts";
import { allAtOnce, GLOBALS, settings } from "../contract/settings.table.ts";
import { openMySql } from "../contract/store.harness.ts";
import { sqlEngine } from "../support/engine.ts";
import { failureOf } from "../support/failure.ts";
import { startMariaDb } from "../support/servers.ts";

for (const { args } of settings) describe(args.join(" "), () => settingsSuite(args));
for (const assignment of GLOBALS) describe(assignment, () => settingsSuite([], [assignment]));
describe("most at once", () => settingsSuite(allAtOnce, GLOBALS));

/** InnoDB refuses it, at each statement, with the isolation that the store uses. */
const statementLog = sqlEngine.isMySql
  ? ["--binlog-format=STATEMENT"]
  : ["--log-bin=binlog", "--server-id=7", "--binlog-format=STATEMENT"];

describe(statementLog.join(" "), () => {
  const starting = startMariaDb({ args: statementLog });
  afterAll(async () => (await starting).kill());

  test("is refused by migrate, with what to do", async () => {
    const address = await (await starting).createDatabase();
    const store = await openMySql({ ...address, poolSize: 2, heartbeatSeconds: 60, tls: false });
    const { codeName, detail } = await failureOf(store.migrate());
    expect([codeName, detail]).toEqual(["UNSUPPORTED", expect.stringContaining("binlog_format")]);
    await store.close();
  });
});
