/**
 * @module contract/settings.suite
 * The store's contract on a server with settings of its own. Called inside a `describe`.
 */
import { afterAll } from "bun:test";
import { randomBytes } from "node:crypto";
import { type MariaDb, startMariaDb } from "../support/servers.ts";
import { openMySql } from "./store.harness.ts";
import { storeSuite } from "./store.suite.ts";

/**
 * @param args of the server.
 * @param globals assignments to global variables, made once it runs.
 */
export function settingsSuite(args: readonly string[], globals: readonly string[] = []): void {
  let running: Promise<MariaDb> | undefined;
  const start = async () => {
    const server = await startMariaDb({ args });
    // Not the tests' usual account, which may do everything: some settings pass over those.
    await server.query("CREATE USER plain@'%' IDENTIFIED BY 'plain'");
    for (const assignment of globals) await server.query(`SET GLOBAL ${assignment}`);
    return server;
  };
  const server = () => {
    running ??= start();
    return running;
  };
  afterAll(async () => (await running)?.discard());

  storeSuite({
    engine: "mysql",
    emptyDatabase: async () => {
      const one = await server();
      // As the server would make it by itself.
      const name = `test_${randomBytes(6).toString("hex")}`;
      await one.query(`CREATE DATABASE ${name}; GRANT ALL ON ${name}.* TO plain@'%'`);
      const options = {
        ...{ ...one.address(name), username: "plain", password: "plain" },
        ...{ poolSize: 10, heartbeatSeconds: 60, tls: false },
      };
      return { engine: "mysql", open: () => openMySql(options) };
    },
  });
}
