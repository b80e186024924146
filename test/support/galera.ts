/**
 * @module support/galera
 * A cluster of three MariaDB that all take writes (Galera), on this machine.
 */
import { rmSync, writeFileSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { engine } from "./engine.ts";
import { MariaDb, makeUser } from "./mariadb.ts";
import { freePort } from "./port.ts";
import { emptyDataDir } from "./sql-data.ts";
import { tempDir } from "./tempdir.ts";
import { until } from "./until.ts";

const NODE = join(import.meta.dir, "galera/node.sh");

/** A node; `start` also brings back one that was killed, and resolves when it takes part again. */
export class GaleraNode extends MariaDb {
  override async start(): Promise<void> {
    await super.start();
    await until(async () => (await this.status("wsrep_ready")) === "ON", {
      timeoutMs: 60_000,
      what: `${this.port} to take part in its cluster`,
    });
  }

  /** A status variable. */
  async status(name: string): Promise<string | undefined> {
    return (await this.query<{ Value: string }>(`SHOW GLOBAL STATUS LIKE '${name}'`))[0]?.Value;
  }
}

export type Galera = readonly [GaleraNode, GaleraNode, GaleraNode];

/** Starts the three; the account that tests use is in all of them. */
export async function startGalera(): Promise<Galera> {
  const galera = { ...engine("galera-4"), isMySql: false };
  const ports = [1, 2, 3].map(() => ({ sql: freePort(), group: freePort(), transfer: freePort() }));
  const all = ports.map(({ group }) => `127.0.0.1:${group}`).join(",");
  const node = (index: number, dataDir: string): GaleraNode => {
    const { sql = 0, group = 0, transfer = 0 } = ports[index] ?? {};
    const provider = {
      base_port: group,
      "gmcast.listen_addr": `tcp://127.0.0.1:${group}`,
      "ist.recv_addr": `127.0.0.1:${transfer}`,
      "gcache.size": "64M",
      // A node that was killed is passed over after three seconds.
      "evs.inactive_timeout": "PT3S",
      "evs.suspect_timeout": "PT1S",
      "evs.keepalive_period": "PT0.2S",
      "evs.inactive_check_period": "PT0.5S",
    };
    const options = Object.entries(provider).map(([key, value]) => `${key}=${value}`);
    return new GaleraNode(sql, dataDir, {
      engine: galera,
      launch: ["sh", NODE, dataDir],
      args: [
        "--wsrep-on=ON",
        `--wsrep-provider=${join(galera.base, "lib/galera/libgalera_smm.so")}`,
        `--wsrep-provider-options=${options.join(";")}`,
        ...["--wsrep-cluster-name=test", `--wsrep-cluster-address=gcomm://${all}`],
        ...[`--wsrep-node-name=node${index}`, `--wsrep-node-address=127.0.0.1:${group}`],
        ...["--wsrep-sst-method=hand", "--binlog-format=ROW", "--innodb-autoinc-lock-mode=2"],
        "--wsrep-slave-threads=2",
      ],
    });
  };

  const dataDir = await emptyDataDir(galera);
  const first = node(0, dataDir);
  const bootstrap = () => writeFileSync(`${dataDir}.first`, "");
  bootstrap();
  await first.start();
  await makeUser(first);
  await first.stop();
  const copies = await Promise.all(
    [1, 2].map(async (index) => {
      const copy = join(tempDir("galera"), "data");
      await cp(dataDir, copy, { recursive: true });
      rmSync(join(copy, "gvwstate.dat"), { force: true });
      return node(index, copy);
    }),
  );
  bootstrap();
  const nodes: Galera = [first, copies[0] as GaleraNode, copies[1] as GaleraNode];
  for (const one of nodes) await one.start();
  return nodes;
}
