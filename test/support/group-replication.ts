/**
 * @module support/group-replication
 * A group of three MySQL on this machine, of which one takes writes and another one does when that is gone.
 */
import { engine } from "./engine.ts";
import { MariaDb, makeUser } from "./mariadb.ts";
import { freePort } from "./port.ts";
import { emptyDataDir } from "./sql-data.ts";
import { until } from "./until.ts";

export interface MySqlGroup {
  readonly nodes: readonly MariaDb[];
  /** The one that takes writes, as one that runs sees it; undefined while there is none. */
  primary(): Promise<MariaDb | undefined>;
  /** Brings back a node that was killed; resolves when it takes part again. */
  rejoin(node: MariaDb): Promise<void>;
}

interface Member {
  readonly port: number;
  readonly state: string;
  readonly role: string;
}

const MEMBERS =
  "SELECT member_port AS port, member_state AS state, member_role AS role FROM performance_schema.replication_group_members";

/** Starts the three; the account that tests use is in all of them. */
export async function startMySqlGroup(): Promise<MySqlGroup> {
  const mysql = { ...engine("mysql-9"), isMySql: true };
  const groupPorts = [1, 2, 3].map(() => freePort());
  const nodes = await Promise.all(
    groupPorts.map(async (groupPort, index) => {
      const options = {
        "group-name": "c0ffee00-0000-4000-8000-000000000000",
        "start-on-boot": "OFF",
        "local-address": `127.0.0.1:${groupPort}`,
        "group-seeds": groupPorts.map((port) => `127.0.0.1:${port}`).join(","),
        "recovery-get-public-key": "ON",
        "member-expel-timeout": "0",
      };
      const args = Object.entries(options).map(([key, value]) => `--loose-group-replication-${key}=${value}`);
      const node = new MariaDb(freePort(), await emptyDataDir(mysql), {
        engine: mysql,
        args: [
          ...[`--server-id=${index + 1}`, "--gtid-mode=ON", "--enforce-gtid-consistency=ON"],
          ...["--plugin-load-add=group_replication.so", "--report-host=127.0.0.1", "--performance-schema=ON"],
          ...args,
        ],
      });
      await node.start();
      await makeUser(node);
      // What each did on its own is no part of the group's history.
      await node.query(`
        CREATE USER copy@'%' IDENTIFIED BY 'copy'; GRANT ALL ON *.* TO copy@'%'; RESET BINARY LOGS AND GTIDS;
        CHANGE REPLICATION SOURCE TO SOURCE_USER='copy', SOURCE_PASSWORD='copy' FOR CHANNEL 'group_replication_recovery'`);
      return node;
    }),
  );
  const seenBy = (node: MariaDb) => node.query<Member>(MEMBERS);
  const join = async (node: MariaDb) => {
    await node.query("START GROUP_REPLICATION");
    await until(async () => (await seenBy(node)).find(({ port }) => port === node.port)?.state === "ONLINE", {
      timeoutMs: 60_000,
      what: `${node.port} to take part in its group`,
    });
  };
  const [first, ...others] = nodes as [MariaDb, ...MariaDb[]];
  await first.query("SET GLOBAL group_replication_bootstrap_group = ON");
  await join(first);
  await first.query("SET GLOBAL group_replication_bootstrap_group = OFF");
  for (const node of others) await join(node);

  return {
    nodes,
    primary: async () => {
      for (const node of nodes.filter(({ running }) => running)) {
        const members = await seenBy(node);
        const found = members.find(({ role, state }) => role === "PRIMARY" && state === "ONLINE");
        const one = nodes.find(({ port, running }) => running && port === found?.port);
        if (one !== undefined) return one;
      }
      return undefined;
    },
    rejoin: async (node) => {
      await node.start();
      await join(node);
    },
  };
}
