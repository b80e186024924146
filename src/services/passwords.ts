/**
 * @module services/passwords
 * Hashing and checking of passwords: argon2id by `Bun.password`, on its thread pool, few at once, so that a
 * burst of logins costs neither the event loop nor all cores.
 */
import { AppError } from "../domain/error.ts";
import { Gate, GateFullError } from "../lib/gate.ts";
import { randomSecret } from "../lib/random.ts";

export interface PasswordOptions {
  /** Argon2id's memory, KiB. 19 MiB with two passes is OWASP's recommendation. */
  readonly memoryCostKiB: number;
  readonly timeCost: number;
  /** How many are hashed at once; each takes a core for some 20 to 50 ms. */
  readonly concurrency: number;
  /** How many may wait; 2,000 are under a minute of waiting on two cores. */
  readonly queueLimit: number;
}

const DEFAULTS: PasswordOptions = { memoryCostKiB: 19_456, timeCost: 2, concurrency: 2, queueLimit: 2_000 };
/** What a caller is told to wait when the queue is full: about the time in which half of it is done. */
const RETRY_AFTER_MS = 2_000;

export class PasswordHasher {
  readonly #options: PasswordOptions;
  readonly #gate: Gate;
  /** A hash of a password that nobody knows. */
  readonly #nothing: string;

  private constructor(options: PasswordOptions, gate: Gate, nothing: string) {
    this.#options = options;
    this.#gate = gate;
    this.#nothing = nothing;
  }

  /** Asynchronous because the hash that unknown users are checked against is made here. */
  static async create(options: Partial<PasswordOptions> = {}): Promise<PasswordHasher> {
    const all = { ...DEFAULTS, ...options };
    const gate = new Gate(all.concurrency, all.queueLimit);
    return new PasswordHasher(all, gate, await hash(randomSecret(), all));
  }

  /** How many wait for their turn; for metrics. */
  get waiting(): number {
    return this.#gate.waiting;
  }

  /** @returns a PHC string. @throws AppError RATE_LIMITED when too many wait. */
  hash(password: string): Promise<string> {
    return this.#inTurn(() => hash(password, this.#options));
  }

  /**
   * Whether the password is the one of the hash, by the hash's own algorithm and parameters, so that adopted
   * bcrypt hashes and older parameters stay good. What is stored and is no hash matches nothing.
   * @throws AppError RATE_LIMITED when too many wait.
   */
  verify(password: string, passwordHash: string): Promise<boolean> {
    return this.#inTurn(async () => {
      try {
        return await Bun.password.verify(password, passwordHash);
      } catch {
        await Bun.password.verify(password, this.#nothing);
        return false;
      }
    });
  }

  /** Takes as long as `verify` does, so that the time tells nobody whether a user exists. @returns false */
  verifyAgainstNothing(password: string): Promise<boolean> {
    return this.verify(password, this.#nothing);
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.#gate.run(work);
    } catch (error) {
      if (!(error instanceof GateFullError)) throw error;
      throw new AppError("RATE_LIMITED", {
        retryAfterMs: RETRY_AFTER_MS,
        detail: "too many passwords to check",
      });
    }
  }
}

const hash = (password: string, { memoryCostKiB, timeCost }: PasswordOptions): Promise<string> =>
  Bun.password.hash(password, { algorithm: "argon2id", memoryCost: memoryCostKiB, timeCost });
