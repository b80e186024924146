/**
 * @module coordination/redis/codes
 * Verification codes in Redis.
 */
import type { CodeCheck, CodeStore } from "../coordination.ts";
import { hashCode } from "../secrets.ts";
import type { Connection } from "./connection.ts";
import { keys, ttl } from "./keys.ts";

export class RedisCodes implements CodeStore {
  readonly #redis: Connection;

  constructor(redis: Connection) {
    this.#redis = redis;
  }

  async reserve(email: string, cooldownMs: number): Promise<number> {
    return Number(await this.#redis.script("codeReserve", keys.cooldown(email), ttl(cooldownMs)));
  }

  async release(email: string): Promise<void> {
    await this.#redis.command((client) => client.del(keys.cooldown(email)));
  }

  async put(email: string, code: string, ttlMs: number): Promise<void> {
    const fresh = `${hashCode(email, code)} 0`;
    await this.#redis.command((client) => client.set(keys.code(email), fresh, "PX", ttl(ttlMs)));
  }

  async check(email: string, code: string, attempts: number): Promise<CodeCheck> {
    const hash = hashCode(email, code);
    return (await this.#redis.script("codeCheck", keys.code(email), hash, attempts)) as CodeCheck;
  }

  async spend(email: string, code: string): Promise<boolean> {
    return (await this.#redis.script("codeSpend", keys.code(email), hashCode(email, code))) === 1;
  }
}
