/**
 * @module coordination/redis/connection
 * One client with its outage watch: runs scripts and commands, and turns what goes wrong into AppError.
 */
import type { Logger } from "../../lib/log.ts";
import { type Client, connect, describe, probe } from "./client.ts";
import { isAway, translate } from "./errors.ts";
import type { RedisOptions } from "./options.ts";
import { Outage } from "./outage.ts";
import type { ScriptName } from "./scripts.ts";

/** What `defineCommand` adds to a client at run time. */
type Scripted = Record<ScriptName, (key: string, ...args: (string | number)[]) => Promise<unknown>>;

export class Connection {
  readonly outage: Outage;
  readonly #client: Client;
  readonly #where: string;

  constructor(options: RedisOptions, logger: Logger) {
    const client = connect(options);
    this.#client = client;
    this.#where = describe(options);
    this.outage = new Outage(() => probe(client), logger, this.#where);
    client.on("error", (error: unknown) => this.outage.lost(error));
    client.on("node error", (error: unknown) => this.outage.lost(error));
    client.on("close", () => this.outage.lost("connection closed"));
    client.on("-node", () => this.outage.lost("connection closed by a node"));
  }

  /** Runs a script on the slot of its key. @throws AppError UNAVAILABLE */
  script(name: ScriptName, key: string, ...args: (string | number)[]): Promise<unknown> {
    return this.command((client) => (client as unknown as Scripted)[name](key, ...args));
  }

  /** Runs anything else. @throws AppError UNAVAILABLE */
  async command<T>(send: (client: Client) => Promise<T>): Promise<T> {
    try {
      return await send(this.#client);
    } catch (thrown) {
      if (isAway(thrown)) this.outage.lost(thrown);
      throw translate(thrown, this.#where, this.outage.reason);
    }
  }

  /** Resolves when the first connection stands, or cannot be had for now; at the latest after `timeoutMs`. */
  async started(timeoutMs: number): Promise<void> {
    const client = this.#client;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, timeoutMs);
    for (const event of ["ready", "error", "close"]) client.once(event, resolve);
    await promise;
    clearTimeout(timer);
    for (const event of ["ready", "error", "close"]) client.off(event, resolve);
  }

  /** @throws AppError UNAVAILABLE when any part of Redis is away. */
  ping(): Promise<void> {
    return this.command(probe);
  }

  async close(): Promise<void> {
    this.outage.close();
    await this.#client.quit().catch(() => {}); // Not connected: nothing to wait for.
    this.#client.disconnect();
  }
}
