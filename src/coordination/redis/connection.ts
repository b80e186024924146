/**
 * @module coordination/redis/connection
 * One client with its outage watch: runs scripts and commands, and turns what goes wrong into AppError.
 */
import { within } from "../../lib/deadline.ts";
import type { Logger } from "../../lib/log.ts";
import { type Client, connect, describe, probe } from "./client.ts";
import { isAway, translate } from "./errors.ts";
import type { RedisOptions } from "./options.ts";
import { Outage } from "./outage.ts";
import type { ScriptName } from "./scripts.ts";

/** A call without an answer after this long has failed, whatever the client still tries. */
const ANSWER_TIMEOUT_MS = 1_000;

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
    this.outage = new Outage(() => within(ANSWER_TIMEOUT_MS, probe(client)), logger, this.#where);
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
      // ioredis would keep some commands until the connection stands.
      if (this.#client.status !== "ready") throw new Error("Connection is closed.");
      return await within(ANSWER_TIMEOUT_MS, send(this.#client));
    } catch (thrown) {
      const away = isAway(thrown);
      if (away) this.outage.lost(thrown);
      throw translate(thrown, this.#where, away ? this.outage.reason : undefined);
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
    await within(ANSWER_TIMEOUT_MS, this.#client.quit()).catch(() => {}); // Away: nothing to wait for.
    this.#client.disconnect();
  }
}
