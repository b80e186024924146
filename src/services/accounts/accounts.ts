/**
 * @module services/accounts/accounts
 * What the gateway does with accounts: registration, the check before a reset, the reset, login and resumption.
 * Order matters in all of them: a code is checked before anything about accounts is told or done, and what
 * the caller may mend (a weak password, a taken name) does not cost the code.
 */
import type { CodeCheck, CodeStore, DeviceTable, Placement } from "../../coordination/coordination.ts";
import type { Account } from "../../domain/entities.ts";
import { AppError } from "../../domain/error.ts";
import type { Grant } from "../../domain/grants.ts";
import { parseUserId, type UserId } from "../../domain/ids.ts";
import { normalizeUsername, usernamesToFind } from "../../domain/names.ts";
import { emailKey, normalizeEmail, requireStrongPassword } from "../../domain/rules.ts";
import type { Logger } from "../../lib/log.ts";
import type { AccountStore } from "../../store/store.ts";
import type { CodeName } from "../../wire/codes.ts";
import { coordinated } from "../coordinated.ts";
import type { Allocation, Allocator, SessionEnder } from "../ports.ts";
import type { Asker, PasswordHasher } from "./passwords.ts";

export interface AccountOptions {
  readonly accounts: AccountStore;
  readonly codes: CodeStore;
  readonly devices: Pick<DeviceTable, "check">;
  readonly placement: Pick<Placement, "revoke">;
  readonly passwords: PasswordHasher;
  readonly allocator: Pick<Allocator, "allocate">;
  readonly sessions: SessionEnder;
  readonly logger: Logger;
  /** Wrong tries a code allows; one more and it is dead. */
  readonly codeAttempts: number;
  /** False gives the original's reset without a code, for its desktop client: unsafe. */
  readonly resetRequiresCode: boolean;
}

/** An account as the caller may name it, in its stored form. */
export interface Identity {
  readonly username: string;
  readonly email: string;
}

/** Where a user may log in to chat now. */
export interface Admission extends Allocation {
  readonly user: UserId;
}

export class AccountService {
  readonly #options: AccountOptions;

  constructor(options: AccountOptions) {
    this.#options = options;
  }

  /**
   * Makes an account for whoever got the code that was mailed to the address.
   * @param asker who asks: passwords are hashed in turns.
   * @throws AppError INVALID_FIELD (username, email), CODE_MISSING, CODE_WRONG
   *   (wrong code), CODE_ATTEMPTS_EXCEEDED, WEAK_PASSWORD, NAME_TAKEN (taken; field says which).
   */
  async register(
    entry: Identity & { password: string; code: string },
    asker?: Asker,
  ): Promise<Identity & { id: UserId }> {
    const { accounts, passwords } = this.#options;
    const identity = { username: normalizeUsername(entry.username), email: normalizeEmail(entry.email) };
    const { username, email } = identity;
    await this.#checkCode(email, entry.code);
    requireStrongPassword(entry.password);
    if (await accounts.findByUsername(username)) throw new AppError("NAME_TAKEN", { field: "username" });
    const passwordHash = await passwords.hash(entry.password, asker);
    // Spent after the account is there, so that a taken name costs nothing; of two callers with one code only
    // one gets an account all the same, because the address is unique.
    const id = await accounts.register({ username, email, passwordHash });
    await this.#discardCode(email, entry.code);
    return { ...identity, id };
  }

  /** @throws AppError NO_SUCH_ACCOUNT unless one account has both; INVALID_FIELD */
  async check(entry: Identity): Promise<Identity> {
    const { names, email } = sought(entry);
    if (!(await this.#find(names, email))) throw new AppError("NO_SUCH_ACCOUNT");
    return { username: names.at(-1) ?? "", email };
  }

  /**
   * Sets a new password, and ends whatever the old one opened: login tokens, sessions, resume tickets. Resolves when
   * nothing can be served by its right any more.
   * @param entry.code may be absent when codes are not required; one that is given is checked.
   * @param asker as in `register`.
   * @throws AppError as `register`, NO_ACCOUNT_TO_RESET (no such account), INVALID_FIELD (cpatcha: missing), UNAVAILABLE
   *   with an explanation (the password is set, but sessions that it should have ended may be served for a while).
   */
  async resetPassword(
    entry: Identity & { password: string; code: string | undefined },
    asker?: Asker,
  ): Promise<void> {
    const { accounts, passwords, resetRequiresCode } = this.#options;
    const { names, email } = sought(entry);
    const code = entry.code || undefined;
    if (code === undefined && resetRequiresCode) throw new AppError("INVALID_FIELD", { field: "cpatcha" });
    if (code !== undefined) await this.#checkCode(email, code);
    requireStrongPassword(entry.password);
    const account = await this.#find(names, email);
    if (!account) throw new AppError("NO_ACCOUNT_TO_RESET");
    const passwordHash = await passwords.hash(entry.password, asker);
    if (code !== undefined) await this.#spendCode(email, code);
    // From here on rights of the version before are worth nothing wherever they are looked at: the rest only hurries.
    await this.#endBelow(account.id, await accounts.setPassword(account.id, passwordHash));
  }

  /**
   * Checks the password and finds a chat node. An unknown user and a wrong password answer alike, in the
   * same time.
   * @param asker as in `register`.
   * @throws AppError WRONG_CREDENTIALS, RATE_LIMITED (too many logins at once), as `Allocator.allocate`
   */
  async logIn(username: string, password: string, asker?: Asker): Promise<Admission> {
    const { passwords } = this.#options;
    const account = await this.#named(usernamesToFind(username));
    const right = account
      ? await passwords.verify(password, account.passwordHash, asker)
      : await passwords.verifyAgainstNothing(password, asker);
    if (!account || !right) throw new AppError("WRONG_CREDENTIALS");
    return this.#admit(account.id, { version: account.version });
  }

  /**
   * Finds a chat node for the holder of a resume ticket; costs no hashing, so a herd of reconnects is cheap.
   * @param id the user id as it travels. @throws AppError TOKEN_REFUSED, as `Allocator.allocate`
   */
  async resume(id: string, ticket: string): Promise<Admission> {
    const user = parseUserId(id);
    const good = user && (await coordinated(this.#options.devices.check(user, ticket)));
    if (!user || !good) throw new AppError("TOKEN_REFUSED");
    return this.#admit(user, { version: good.version, through: good.key }, ticket);
  }

  /**
   * Gives out a token, then looks again whether what it was given on still stands: a reset or a revoke that came in
   * between did not see the token, so the token has to see it.
   */
  async #admit(user: UserId, grant: Grant, ticket?: string): Promise<Admission> {
    const { allocator, placement } = this.#options;
    const allocation = await allocator.allocate(user, grant);
    if (await this.#stands(user, grant, ticket)) return { ...allocation, user };
    await coordinated(placement.revoke(user, allocation.token));
    throw new AppError(ticket === undefined ? "WRONG_CREDENTIALS" : "TOKEN_REFUSED", {
      detail: "ended while it was granted",
    });
  }

  async #stands(user: UserId, { version }: Grant, ticket: string | undefined): Promise<boolean> {
    const { accounts, devices } = this.#options;
    const [versions, good] = await Promise.all([
      accounts.versions([user]),
      ticket === undefined || coordinated(devices.check(user, ticket)),
    ]);
    return good !== undefined && versions.get(user) === version;
  }

  /** Ends what was granted below a version. @throws AppError UNAVAILABLE */
  async #endBelow(user: UserId, version: number): Promise<void> {
    const { placement, sessions, logger } = this.#options;
    try {
      await placement.revoke(user);
      await sessions.endAll(user, version);
    } catch (cause) {
      logger.log("warn", "account.end_unconfirmed", { user, error: cause });
      throw new AppError("UNAVAILABLE", {
        explanation:
          "The new password is set. A session opened with the old one may still be there for a moment.",
        cause,
      });
    }
  }

  /** The account of the first of these names that one has. */
  async #named(names: readonly string[]): Promise<Account | undefined> {
    for (const name of names) {
      const account = await this.#options.accounts.findByUsername(name);
      if (account !== undefined) return account;
    }
    return undefined;
  }

  async #find(names: readonly string[], email: string): Promise<Account | undefined> {
    const account = await this.#named(names);
    // An adopted database may hold addresses as people wrote them.
    return account !== undefined && emailKey(account.email) === email ? account : undefined;
  }

  async #checkCode(email: string, code: string): Promise<void> {
    const { codes, codeAttempts } = this.#options;
    const failure = CODE_FAILURES[await coordinated(codes.check(email, code, codeAttempts))];
    if (failure) throw new AppError(failure);
  }

  /** @throws AppError CODE_MISSING when another caller was faster. */
  async #spendCode(email: string, code: string): Promise<void> {
    if (!(await coordinated(this.#options.codes.spend(email, code))))
      throw new AppError("CODE_MISSING", { detail: "the code was spent meanwhile" });
  }

  /** The account is there and no failure here may hide that; the code ends by its own time at the latest. */
  async #discardCode(email: string, code: string): Promise<void> {
    const { codes, logger } = this.#options;
    await codes
      .spend(email, code)
      .catch((error: unknown) => logger.log("warn", "account.code_not_spent", { error }));
  }
}

const CODE_FAILURES: Readonly<Record<CodeCheck, CodeName | undefined>> = {
  ok: undefined,
  missing: "CODE_MISSING",
  wrong: "CODE_WRONG",
  exhausted: "CODE_ATTEMPTS_EXCEEDED",
};

/** How an account that somebody names is looked up. @throws AppError INVALID_FIELD */
function sought({ username, email }: Identity): { names: readonly string[]; email: string } {
  const names = usernamesToFind(username);
  if (names.length === 0) throw new AppError("INVALID_FIELD", { field: "username" });
  return { names, email: normalizeEmail(email) };
}
