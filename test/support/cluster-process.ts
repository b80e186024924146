/**
 * @module support/cluster-process
 * A cluster on this machine: every role as processes of its own over a real MariaDB and a real Redis.
 */
import { HttpApi } from "../../src/client/index.ts";
import { Chatsrv, FROM_SOURCES, USUAL_ENV } from "./chatsrv-process.ts";
import {
  type DatabaseAddress,
  freePort,
  type MariaDb,
  type RedisServer,
  startMariaDb,
  startRedis,
} from "./servers.ts";
import { tempDir } from "./tempdir.ts";

export interface ClusterOptions {
  gateways?: number;
  chats?: number;
  /** Settings for every process. */
  env?: Record<string, string>;
  /** Program and first arguments; the sources under Bun unless given. */
  command?: readonly string[];
}

/** The processes of a cluster, by role. */
export class Cluster {
  readonly gateways: Chatsrv[] = [];
  readonly chats: Chatsrv[] = [];
  readonly verify: Chatsrv;
  readonly balance: Chatsrv;
  readonly env: Record<string, string>;
  readonly #command: readonly string[];

  constructor(
    readonly database: MariaDb,
    readonly redis: RedisServer,
    readonly databaseAddress: DatabaseAddress,
    { gateways = 1, chats = 2, env = {}, command = FROM_SOURCES }: ClusterOptions,
  ) {
    this.#command = command;
    this.env = {
      CHATSRV_MYSQL_HOST: databaseAddress.host,
      CHATSRV_MYSQL_PORT: String(databaseAddress.port),
      CHATSRV_MYSQL_USERNAME: databaseAddress.username,
      CHATSRV_MYSQL_PASSWORD: databaseAddress.password,
      CHATSRV_MYSQL_DATABASE: databaseAddress.database,
      CHATSRV_REDIS_HOST: redis.host,
      CHATSRV_REDIS_PORT: String(redis.port),
      CHATSRV_CLUSTER_SECRET: "a test's secret",
      CHATSRV_CLUSTER_LEASE_TTL: "3",
      CHATSRV_MAIL_TRANSPORT: "outbox",
      CHATSRV_VERIFICATIONSERVER_PORT: String(freePort()),
      CHATSRV_BALANCESERVICE_PORT: String(freePort()),
      ...env,
    };
    this.verify = this.make("verify", "verify");
    this.balance = this.make("balance", "balance");
    for (let i = 0; i < gateways; i++) this.gateways.push(this.make("gateway", `gateway${i}`));
    for (let i = 0; i < chats; i++) this.addChat();
  }

  /** Every process. */
  get processes(): Chatsrv[] {
    return [this.verify, this.balance, ...this.gateways, ...this.chats];
  }

  /** The calls of one gateway. */
  api(index = 0): HttpApi {
    const gateway = this.gateways[index];
    if (!gateway) throw new Error(`there is no gateway ${index}`);
    return new HttpApi(gateway.url);
  }

  code(email: string): Promise<string> {
    return this.verify.code(email);
  }

  /** One more chat node, not started. */
  addChat(): Chatsrv {
    const name = `chat${this.chats.length}`;
    const chat = this.make("chat", name, { CHATSRV_GRPCSERVER_SERVER_NAME: name });
    this.chats.push(chat);
    return chat;
  }

  /** A process of this cluster, not started; `command` for another build than the cluster's. */
  make(
    role: string,
    name: string,
    env: Record<string, string> = {},
    command: readonly string[] = this.#command,
  ): Chatsrv {
    return new Chatsrv({ role, name, env: { ...this.env, ...env }, command });
  }

  /** Fills the empty database: `chatsrv migrate`. */
  async migrate(): Promise<void> {
    const { code, out, err } = await this.command("migrate");
    if (code !== 0) throw new Error(`chatsrv migrate: ${code}\n${out}\n${err}`);
  }

  /** Runs a command with this cluster's settings: its exit code, and what it wrote. */
  async command(...args: string[]): Promise<{ code: number; out: string; err: string }> {
    const run = Bun.spawn([...this.#command, ...args], {
      cwd: tempDir("command"),
      env: { ...process.env, ...USUAL_ENV, ...this.env },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    const text = (stream: ReadableStream) => new Response(stream).text();
    const [out, err, code] = await Promise.all([text(run.stdout), text(run.stderr), run.exited]);
    return { code, out, err };
  }

  async start(): Promise<void> {
    await Promise.all(this.processes.map((one) => one.start()));
  }

  async stop(): Promise<void> {
    await Promise.all(this.processes.map((one) => one.stop()));
    await Promise.all([this.database.stop(), this.redis.stop()]);
  }
}

/** Servers, schema, cluster: everything runs when this resolves. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const [database, redis] = await Promise.all([startMariaDb(), startRedis()]);
  const cluster = new Cluster(database, redis, await database.createDatabase(), options);
  await cluster.migrate();
  await cluster.start();
  return cluster;
}
