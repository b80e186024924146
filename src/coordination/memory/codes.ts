/**
 * @module coordination/memory/codes
 * Verification codes of one process.
 */
import type { Clock } from "../../lib/clock.ts";
import type { CodeCheck, CodeStore } from "../coordination.ts";
import { hashCode } from "../secrets.ts";
import { ExpiringMap } from "./expiring.ts";

interface StoredCode {
  hash: string;
  /** Wrong tries so far. */
  wrong: number;
  dead: boolean;
}

export class MemoryCodes implements CodeStore {
  readonly #cooldowns: ExpiringMap<string, true>;
  readonly #codes: ExpiringMap<string, StoredCode>;

  constructor(clock: Clock) {
    this.#cooldowns = new ExpiringMap(clock);
    this.#codes = new ExpiringMap(clock);
  }

  async reserve(email: string, cooldownMs: number): Promise<number> {
    const wait = this.#cooldowns.ttl(email);
    if (wait === 0) this.#cooldowns.set(email, true, cooldownMs);
    return wait;
  }

  async release(email: string): Promise<void> {
    this.#cooldowns.delete(email);
  }

  async put(email: string, code: string, ttlMs: number): Promise<void> {
    this.#codes.set(email, { hash: hashCode(email, code), wrong: 0, dead: false }, ttlMs);
  }

  async check(email: string, code: string, attempts: number): Promise<CodeCheck> {
    const stored = this.#codes.get(email);
    if (!stored) return "missing";
    if (stored.dead) return "exhausted";
    if (stored.hash === hashCode(email, code)) return "ok";
    stored.wrong += 1;
    stored.dead = stored.wrong > attempts;
    return stored.dead ? "exhausted" : "wrong";
  }

  async spend(email: string, code: string): Promise<boolean> {
    const stored = this.#codes.get(email);
    if (!stored || stored.dead || stored.hash !== hashCode(email, code)) return false;
    return this.#codes.delete(email);
  }
}
