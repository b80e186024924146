/**
 * @module cli/reach
 * What `chatsrv check` looks at: each thing that the configuration names, whether it can be reached from here,
 * and if not, what to mend.
 */
import { readFile } from "node:fs/promises";
import { embeddedCoordination, embeddedMail, embeddedStorage } from "../config/embedded.ts";
import { addressText } from "../lib/address.ts";
import { silentLogger } from "../lib/log.ts";
import { askControl, runNotePath } from "../ops/control.ts";
import { databasePath, openMailOf, outboxDir } from "../roles/options.ts";
import { databaseExists, ifThere } from "./data-files.ts";
import { type Finding, look, patiently } from "./finding.ts";
import { CommandFailure } from "./io.ts";
import { lookAtPeers } from "./peers.ts";
import { lookAtPemFiles } from "./pem.ts";
import { type Settings, withCoordination, withStore } from "./settings.ts";

/** All findings, in the order of the report. Never rejects. */
export async function lookAround(settings: Settings): Promise<Finding[]> {
  const groups = await Promise.all([
    [configuration(settings)],
    lookAtPemFiles(settings.config),
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
  const mend = "make the file and its folder writable for this user, or correct [Storage] path";
  let there = false;
  const reached = await look("storage", `${Storage.engine}, ${file}`, mend, async () => {
    there = await databaseExists(file);
    if (!there) return "not there yet, made at the first start";
    return withStore(settings, (store) => store.ping()).then(() => undefined);
  });
  return there && reached.ok
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
  const { transport } = config.Mail;
  const where = embeddedMail(config) ? `${transport}, ${outboxDir(config, dataDir)}` : transport;
  return [
    await look("mail", where, "correct [Mail]; codes cannot be mailed", async () => {
      const opened = openMailOf(config, dataDir, silentLogger);
      await opened.probe().finally(() => opened.close());
      return undefined;
    }),
  ];
}

/** Embedded: whether a server runs on this data folder. Nothing fails when none does. */
async function server({ dataDir }: Settings): Promise<Finding[]> {
  const mend = "run this as the user that the server runs as";
  let detail = "not running";
  const looked = await look("server", dataDir, mend, async () => {
    await ifThere(readFile(runNotePath(dataDir)));
    const answer = await askControl(dataDir);
    if (answer) detail = `running, process id ${answer.note.pid}`;
    return undefined;
  });
  return [looked.ok ? { ...looked, detail } : looked];
}
