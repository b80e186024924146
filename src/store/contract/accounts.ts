/**
 * @module store/contract/accounts
 * Accounts: who there is, and what their passwords and rights are worth. What holds for every method stands in store/store.
 */
import type { Account, Page } from "../../domain/entities.ts";
import type { UserId } from "../../domain/ids.ts";
import type { PageRequest } from "./paging.ts";

export interface NewAccount {
  readonly username: string;
  readonly email: string;
  readonly passwordHash: string;
}

export interface AccountStore {
  /**
   * Makes the account with its skeletons and its profile row (nickname = username, the rest empty, sex 0).
   * @throws AppError NAME_TAKEN with field `username` or `email` when it, or what looks like it, is taken.
   */
  register(account: NewAccount): Promise<UserId>;
  findByUsername(username: string): Promise<Account | undefined>;
  find(id: UserId): Promise<Account | undefined>;
  /** Sets the password and raises the account's version with it. @returns the new version; 0 when there is no such account */
  setPassword(id: UserId, passwordHash: string): Promise<number>;
  /** Voids every right that was granted so far. @returns as `setPassword` */
  raiseVersion(id: UserId): Promise<number>;
  /** Versions of several accounts in one round trip; 0 for one whose version was never raised. */
  versions(ids: readonly UserId[]): Promise<Map<UserId, number>>;
  /** All accounts, ascending by id, after `cursor` (a page's `next`). */
  list(page: PageRequest): Promise<Page<Account>>;
}
