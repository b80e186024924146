/**
 * @module cli/reach
 * What `chatsrv check` looks at: each thing that the configuration names, whether it can be reached from here,
 * and if not, what to mend.
 */

import { embeddedCoordination, embeddedMail, embeddedStorage } from "../config/embedded.ts";
import { sections } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { addressText } from "../lib/address.ts";
import { silentLogger } from "../lib/log.ts";
import { askControl } from "../ops/control.ts";
import { databasePath, openMailOf, outboxDir } from "../roles/options.ts";
import { type Finding, look, patiently } from "./finding.ts";
import { CommandFailure } from "./io.ts";
import { lookAtPeers } from "./peers.ts";
import { type Settings, withCoordination, withStore } from "./settings.ts";

/** All findings, in the order of the report. Never rejects. */
export async function lookAround(settings: Settings): Promise<Finding[]> {
  const groups = await Promise.all([
    [configuration(settings)],
    files(settings.config),
    storage(settings),
    coordination(settings),
    mail(settings),
    embeddedCoordination(settings.config) ? server(settings) : lookAtPeers(settings),
  ]);
  return groups.flat();
}

function configuration({ file }: Settings): Finding {
  return { name: "configuration", ok: true, detail: file ?? "no file; defaults and environment" };
}

/** Certificates, keys and authorities that are configured can be read. */
async function files(config: Config): Promise<Finding[]> {
  const values: Readonly<Record<string, Readonly<Record<string, unknown>>>> = config;
  const named = Object.entries(sections).flatMap(([section, { keys }]) =>
    Object.keys(keys)
      .filter((key) => /^tls_(cert|key|ca)$/.test(key) && values[section]?.[key] !== "")
      .map((key) => ({ section, key, path: String(values[section]?.[key]) })),
  );
  return Promise.all(
    named.map(({ section, key, path }) =>
      look(`[${section}] ${key}`, path, "give the path of a PEM file that this user may read", async () => {
        if (!(await Bun.file(path).text()).includes("-----BEGIN "))
          throw new CommandFailure("is no PEM file");
        return undefined;
      }),
    ),
  );
}

async function storage(settings: Settings): Promise<Finding[]> {
  const { Storage, MySQL } = settings.config;
  if (!embeddedStorage(settings.config)) {
    const where = `${Storage.engine}, ${MySQL.database} at ${addressText(MySQL)} as ${MySQL.username}`;
    const mend = "start the database, or correct [MySQL]; the database itself must exist";
    const reached = await look("storage", where, mend, () =>
      withStore(settings, (store) => patiently(() => store.ping())).then(() => undefined),
    );
    return reached.ok ? [reached, await schemaFinding(settings, "run chatsrv migrate")] : [reached];
  }
  const file = databasePath(settings.config, settings.dataDir);
  if (!(await Bun.file(file).exists()))
    return [
      {
        name: "storage",
        ok: true,
        detail: `${Storage.engine}, ${file}: not there yet, made at the first start`,
      },
    ];
  const mend = "make the file and its folder writable for this user, or correct [Storage] path";
  const reached = await look("storage", `${Storage.engine}, ${file}`, mend, () =>
    withStore(settings, (store) => store.ping()).then(() => undefined),
  );
  return reached.ok
    ? [reached, await schemaFinding(settings, "run chatsrv migrate, or just start")]
    : [reached];
}

function schemaFinding(settings: Settings, mend: string): Promise<Finding> {
  return look("schema", "tables", mend, () =>
    withStore(settings, async (store) => {
      const pending = await store.pendingMigrations();
      if (pending.length > 0) throw new CommandFailure(`pending: ${pending.join(", ")}`);
      return "up to date";
    }),
  );
}

async function coordination(settings: Settings): Promise<Finding[]> {
  const { Coordination, Redis } = settings.config;
  if (embeddedCoordination(settings.config))
    return [
      { name: "coordination", ok: true, detail: `${Coordination.engine}, in the server's own process` },
    ];
  const { sentinel_nodes: sentinels, cluster_nodes: nodes } = Redis;
  const listed = [...sentinels, ...nodes].map(addressText).join(", ");
  const where = `${Coordination.engine} at ${listed || addressText(Redis)}`;
  return [
    await look("coordination", where, "start Redis, or correct [Redis]", () =>
      withCoordination(settings, (open) => patiently(() => open.ping())).then(() => undefined),
    ),
  ];
}

async function mail({ config, dataDir }: Settings): Promise<Finding[]> {
  const transport = openMailOf(config, dataDir, silentLogger);
  const where = embeddedMail(config) ? `${transport.kind}, ${outboxDir(config, dataDir)}` : transport.kind;
  try {
    return [
      await look("mail", where, "correct [Mail]; codes cannot be mailed", async () => {
        await transport.probe();
        return undefined;
      }),
    ];
  } finally {
    await transport.close();
  }
}

/** Embedded: whether a server runs on this data folder. Nothing fails when none does. */
async function server({ dataDir }: Settings): Promise<Finding[]> {
  const answer = await askControl(dataDir);
  const detail = answer ? `running, process id ${answer.note.pid}` : "not running";
  return [{ name: "server", ok: true, detail }];
}
