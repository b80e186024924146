/**
 * @module roles/options
 * From the configuration to what the adapters are opened with: the only place where both are known.
 */
import { join } from "node:path";
import type { Config } from "../config/schema.ts";
import type { Coordination } from "../coordination/coordination.ts";
import { type CoordinationOptions, openCoordination } from "../coordination/open.ts";
import type { Logger } from "../lib/log.ts";
import type { MailTransport } from "../mail/mail.ts";
import { openMail } from "../mail/open.ts";
import type { TlsFiles } from "../rpc/tls.ts";
import { openStore, type StoreOptions } from "../store/open.ts";
import type { Store } from "../store/store.ts";

/** PEM text of a configured file, or undefined when none is configured. @throws Error that names the file */
export async function pem(path: string): Promise<string | undefined> {
  if (path === "") return undefined;
  try {
    return await Bun.file(path).text();
  } catch (cause) {
    throw new Error(`cannot read ${path}`, { cause });
  }
}

/** Where the embedded store's file is. */
export function databasePath({ Storage }: Config, dataDir: string): string {
  return Storage.path === "" ? join(dataDir, "chatsrv.db") : Storage.path;
}

export async function storeOptions(config: Config, dataDir: string): Promise<StoreOptions> {
  const { Storage, MySQL, Cluster } = config;
  return {
    engine: Storage.engine,
    sqlite: { path: databasePath(config, dataDir) },
    mysql: {
      host: MySQL.host,
      port: MySQL.port,
      username: MySQL.username,
      password: MySQL.password,
      database: MySQL.database,
      poolSize: MySQL.pool_size,
      heartbeatSeconds: MySQL.timeout,
      tls: MySQL.tls,
      tlsCa: MySQL.tls ? await pem(Cluster.tls_ca) : undefined,
    },
  };
}

export async function openStoreOf(config: Config, dataDir: string, logger: Logger): Promise<Store> {
  return openStore(await storeOptions(config, dataDir), logger);
}

async function coordinationOptions(
  config: Config,
  dataDir: string | undefined,
): Promise<CoordinationOptions> {
  const { Coordination: choice, Redis, Cluster } = config;
  return {
    engine: choice.engine,
    path: dataDir === undefined ? "" : join(dataDir, "devices.db"),
    redis: {
      host: Redis.host,
      port: Redis.port,
      username: Redis.username,
      password: Redis.password,
      db: Redis.db,
      prefix: Redis.prefix,
      tls: Redis.tls,
      tlsCa: Redis.tls ? await pem(Cluster.tls_ca) : undefined,
      clusterNodes: Redis.cluster_nodes,
      sentinelNodes: Redis.sentinel_nodes,
      sentinelName: Redis.sentinel_name,
      sentinelUsername: Redis.sentinel_username,
      sentinelPassword: Redis.sentinel_password,
    },
  };
}

/** @param dataDir where a process that is alone keeps who may come back; undefined for one that only looks. */
export async function openCoordinationOf(
  config: Config,
  dataDir: string | undefined,
  logger: Logger,
): Promise<Coordination> {
  return openCoordination(await coordinationOptions(config, dataDir), logger);
}

/** Where mails become files, when they do. */
export function outboxDir({ Mail }: Config, dataDir: string): string {
  return Mail.outbox_dir === "" ? join(dataDir, "outbox") : Mail.outbox_dir;
}

export function openMailOf(config: Config, dataDir: string, logger: Logger): MailTransport {
  const { Mail } = config;
  return openMail(
    {
      transport: Mail.transport,
      from: Mail.from,
      resendApiKey: Mail.resend_api_key,
      resendBaseUrl: Mail.resend_base_url,
      smtpUrl: Mail.smtp_url,
      outboxDir: outboxDir(config, dataDir),
    },
    logger,
  );
}

/** The files of TLS between processes; empty names for none. */
export function clusterTls({ Cluster }: Config): TlsFiles {
  return { ca: Cluster.tls_ca, cert: Cluster.tls_cert, key: Cluster.tls_key };
}
