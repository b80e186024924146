/**
 * @module coordination/redis/outage
 * Notices that Redis is lost, and when it is back. While it is lost, and only then, a probe runs a few times
 * a second: a client's own events tell of a closed connection, but not of a server that hangs, nor of a
 * Cluster that fails over.
 */
import type { Logger } from "../../lib/log.ts";
import { reasonOf, saysLittle } from "./errors.ts";

const PROBE_EVERY_MS = 200;

export class Outage {
  readonly #probe: () => Promise<void>;
  readonly #logger: Logger;
  readonly #where: string;
  readonly #callbacks = new Set<() => void>();
  #reason: string | undefined;
  /** The reasons logged in this outage: the nodes of a Cluster give theirs in turn. */
  readonly #logged = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  /** @param probe resolves when the server, or every part of it, answers. */
  constructor(probe: () => Promise<void>, logger: Logger, where: string) {
    this.#probe = probe;
    this.#logger = logger;
    this.#where = where;
  }

  /** Why it is lost; undefined while it is not. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** Called back each time it is over. @returns a function that ends it. */
  onRecovered(callback: () => void): () => void {
    this.#callbacks.add(callback);
    return () => this.#callbacks.delete(callback);
  }

  /** Reports a sign that the server is lost; each reason is logged once. */
  lost(cause: unknown): void {
    if (this.#closed) return;
    const reason = reasonOf(cause);
    const isNew = this.#reason === undefined;
    if (!isNew && saysLittle(reason)) return;
    this.#reason = reason;
    if (!this.#logged.has(reason)) this.#logger.log("warn", "redis.lost", { redis: this.#where, reason });
    this.#logged.add(reason);
    if (isNew) this.#schedule();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#callbacks.clear();
  }

  #schedule(): void {
    this.#timer = setTimeout(() => void this.#look(), PROBE_EVERY_MS);
  }

  async #look(): Promise<void> {
    const isBack = await this.#probe().then(
      () => true,
      () => false,
    );
    if (this.#closed) return;
    if (!isBack) return this.#schedule();
    this.#reason = undefined;
    this.#logged.clear();
    this.#logger.log("info", "redis.recovered", { redis: this.#where });
    for (const callback of [...this.#callbacks]) callback();
  }
}
