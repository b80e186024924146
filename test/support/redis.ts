/**
 * @module support/redis
 * A real Redis, or what is to stand in for it (engine.ts), with its own data folder on a free loopback port.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Redis, type RedisOptions } from "ioredis";
import { redisServer } from "./engine.ts";
import { freePort } from "./port.ts";
import { ServerProcess } from "./process.ts";
import { tempDir } from "./tempdir.ts";
import type { Certificates } from "./tls.ts";

const HOST = "127.0.0.1";

/** Options of ioredis; without `replyMapping`, whose two declarations there exclude each other when strict. */
export type ClientOptions = Omit<RedisOptions, "replyMapping">;

/** What a Redis asks of its clients, and how it keeps its data. */
export interface RedisServerOptions {
  /** The password of the default user or, with `username`, of that ACL user. */
  password?: string;
  /** An ACL user; the default user is switched off then. */
  username?: string;
  /** The key pattern the ACL user is confined to; all keys unless given. */
  keys?: string;
  /** TLS only, on the one port. */
  tls?: Certificates;
  /** With `tls`: clients must show a certificate of the same authority. */
  mutualTls?: boolean;
  /** Whether data outlives a restart, even after a kill (an append-only file); true unless given. */
  persist?: boolean;
  /** More lines of redis.conf; they win over the ones used here. */
  config?: readonly string[];
}

/** One running Redis; see `ServerProcess` for killing, stopping, pausing and starting it again. */
export class RedisServer extends ServerProcess {
  readonly host = HOST;

  constructor(
    readonly port: number,
    readonly options: RedisServerOptions,
    dir: string,
    mode: "server" | "sentinel" = "server",
  ) {
    const file = join(dir, "redis.conf");
    writeFileSync(
      file,
      [`dir ${dir}`, ...(mode === "server" ? serverConfig(port, options) : []), ""].join("\n"),
    );
    writeFileSync(file, `${(options.config ?? []).join("\n")}\n`, { flag: "a" });
    super({
      name: mode === "server" ? "redis-server" : "redis-sentinel",
      command: [redisServer(), file, ...(mode === "server" ? [] : ["--sentinel"])],
      logFile: join(dir, "redis.log"),
      ready: () => this.command("PING"),
    });
  }

  /** The server with its credentials, as a url of ioredis. */
  get url(): string {
    const { username = "", password, tls } = this.options;
    const credentials = password === undefined ? "" : `${username}:${encodeURIComponent(password)}@`;
    return `${tls ? "rediss" : "redis"}://${credentials}${this.host}:${this.port}`;
  }

  /** What ioredis needs to connect as the user above, TLS files included. */
  get clientOptions(): ClientOptions {
    const { username, password, tls } = this.options;
    return {
      host: this.host,
      port: this.port,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      ...(tls ? { tls: tlsFiles(tls) } : {}),
    };
  }

  /** Runs one command over a connection of its own. @throws the server's or the connection's error. */
  async command<Reply = unknown>(name: string, ...args: (string | number)[]): Promise<Reply> {
    const options: ClientOptions = { ...this.clientOptions, lazyConnect: true, retryStrategy: () => null };
    const client = new Redis(options);
    client.on("error", () => {}); // The command rejects with it.
    try {
      await client.connect();
      return (await client.call(name, args)) as Reply;
    } finally {
      client.disconnect();
    }
  }
}

/**
 * Starts a Redis of its own, empty, in about 50 ms. It ends with the test process.
 * @throws Error that says what to install where there is no redis-server.
 */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const server = new RedisServer(freePort(), options, tempDir("redis"));
  await server.start();
  return server;
}

function serverConfig(port: number, options: RedisServerOptions): string[] {
  const { tls, mutualTls = false, persist = true } = options;
  const lines = [`bind ${HOST}`, "protected-mode no", 'save ""', `appendonly ${persist ? "yes" : "no"}`];
  if (tls) {
    lines.push("port 0", `tls-port ${port}`, `tls-auth-clients ${mutualTls ? "yes" : "no"}`);
    lines.push(
      `tls-cert-file ${tls.serverCert}`,
      `tls-key-file ${tls.serverKey}`,
      `tls-ca-cert-file ${tls.ca}`,
    );
  } else {
    lines.push(`port ${port}`);
  }
  return [...lines, ...credentialLines(options)];
}

/** What has a server, or a Sentinel, ask for these. */
export function credentialLines({
  password,
  username,
  keys = "*",
}: Pick<RedisServerOptions, "password" | "username" | "keys">): string[] {
  if (username !== undefined)
    return ["user default off", `user ${username} on >${password ?? ""} ~${keys} &* +@all`];
  return password === undefined ? [] : [`requirepass ${password}`];
}

function tlsFiles(certs: Certificates): NonNullable<ClientOptions["tls"]> {
  const read = (path: string) => readFileSync(path, "utf8");
  return { ca: read(certs.ca), cert: read(certs.clientCert), key: read(certs.clientKey) };
}
