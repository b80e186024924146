/**
 * @module services/accounts/passwords
 * Hashing and checking of passwords: argon2id by `Bun.password`, on its thread pool, few at once, so that a
 * burst of logins costs neither the event loop nor all cores. Turns are shared between those who ask, so that
 * a herd from elsewhere does not keep a person waiting; who cannot be served in time is told when to come back.
 */
import { availableParallelism } from "node:os";
import { AppError } from "../../domain/error.ts";
import { FairGate, GateFullError } from "../../lib/fair-gate.ts";
import { randomSecret } from "../../lib/random.ts";

/** Who asks for a password to be hashed or checked, as far as turns are concerned. */
export interface Asker {
  /** The client's address. */
  readonly from: string;
  /** Whether the account was opened from there before: in a herd its owner goes before strangers. */
  readonly known: boolean;
}

/** Nobody in particular. */
const NOBODY: Asker = { from: "", known: false };

export interface PasswordOptions {
  /** Argon2id's memory, KiB. 19 MiB with two passes is OWASP's recommendation. */
  readonly memoryCostKiB: number;
  readonly timeCost: number;
  /** How many are hashed at once; each takes a core for some 20 to 50 ms. */
  readonly concurrency: number;
  /** How many may wait: a bound of memory, for none waits longer than `maxWaitMs`. */
  readonly queueLimit: number;
  /** How long a password waits for its turn at most, milliseconds. */
  readonly maxWaitMs: number;
}

const DEFAULTS: PasswordOptions = {
  memoryCostKiB: 19_456,
  timeCost: 2,
  // One core is left to everything else.
  concurrency: Math.max(1, availableParallelism() - 1),
  queueLimit: 1_000,
  maxWaitMs: 15_000,
};

export class PasswordHasher {
  readonly #options: PasswordOptions;
  readonly #gate: FairGate<string>;
  /** A hash of a password that nobody knows. */
  readonly #nothing: string;

  private constructor(options: PasswordOptions, gate: FairGate<string>, nothing: string) {
    this.#options = options;
    this.#gate = gate;
    this.#nothing = nothing;
  }

  /** Asynchronous because the hash that unknown users are checked against is made here. */
  static async create(options: Partial<PasswordOptions> = {}): Promise<PasswordHasher> {
    const all = { ...DEFAULTS, ...options };
    const { concurrency: slots, queueLimit, maxWaitMs } = all;
    const gate = new FairGate<string>({ slots, queueLimit, maxWaitMs });
    return new PasswordHasher(all, gate, await hash(randomSecret(), all));
  }

  /** How many wait for their turn; for metrics. */
  get waiting(): number {
    return this.#gate.waiting;
  }

  /**
   * @param asker nobody in particular unless given.
   * @returns a PHC string. @throws AppError RATE_LIMITED when too many wait.
   */
  hash(password: string, asker = NOBODY): Promise<string> {
    return this.#inTurn(asker, () => hash(password, this.#options));
  }

  /**
   * Whether the password is the one of the hash, by the hash's own algorithm and parameters, so that adopted
   * bcrypt hashes and older parameters stay good. What is stored and is no hash matches nothing.
   * @param asker as in `hash`. @throws AppError RATE_LIMITED when too many wait.
   */
  verify(password: string, passwordHash: string, asker = NOBODY): Promise<boolean> {
    return this.#inTurn(asker, async () => {
      try {
        return await Bun.password.verify(password, passwordHash);
      } catch {
        await Bun.password.verify(password, this.#nothing);
        return false;
      }
    });
  }

  /** Takes as long as `verify` does, so that the time tells nobody whether a user exists. @returns false */
  verifyAgainstNothing(password: string, asker = NOBODY): Promise<boolean> {
    return this.verify(password, this.#nothing, asker);
  }

  async #inTurn<T>({ from, known }: Asker, work: () => Promise<T>): Promise<T> {
    try {
      return await this.#gate.run(from, work, known);
    } catch (error) {
      if (!(error instanceof GateFullError)) throw error;
      throw new AppError("RATE_LIMITED", {
        retryAfterMs: error.retryAfterMs,
        detail: "too many passwords to check",
      });
    }
  }
}

const hash = (password: string, { memoryCostKiB, timeCost }: PasswordOptions): Promise<string> =>
  Bun.password.hash(password, { algorithm: "argon2id", memoryCost: memoryCostKiB, timeCost });
