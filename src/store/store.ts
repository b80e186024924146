/**
 * @module store/store
 * The contract of durable storage, put together from contract/, a file for each entity. Adapters: `mysql/` (MySQL 8, MariaDB 10.6+) and `sqlite/`; one
 * suite in test/contract runs on both. What holds for every method:
 *
 * - **Atomic.** A method that writes is one transaction: all of it or nothing, and durable when it resolves
 *   (InnoDB's default; SQLite with synchronous=FULL).
 * - **Concurrent.** Any number of processes may call at once. Deadlocks are retried inside.
 * - **Absence** is `undefined`, `false` or an empty list, never an error, unless the method says otherwise.
 * - **Errors** are `AppError`s. A lost server is `UNAVAILABLE` (retryable): the call may or may not have taken
 *   effect. The pool recovers by itself.
 * - **Names.** Usernames and e-mails that differ only in the case of ASCII letters are the same; finding
 *   follows the same rule. Callers pass them normalised (domain/names, domain/rules). Registering refuses every name
 *   that looks like another account's (domain/skeleton). MySQL's collation adds a little to that: there Katakana is
 *   also the same as Hiragana.
 */
import type { AccountStore } from "./contract/accounts.ts";
import type { ConversationStore } from "./contract/conversations.ts";
import type { DeviceStore } from "./contract/devices.ts";
import type { FriendStore } from "./contract/friends.ts";
import type { MessageStore } from "./contract/messages.ts";
import type { ProfileStore } from "./contract/profiles.ts";
import type { SearchStore } from "./contract/search.ts";

export type * from "./contract/accounts.ts";
export type * from "./contract/conversations.ts";
export type * from "./contract/devices.ts";
export type * from "./contract/friends.ts";
export type * from "./contract/groups.ts";
export type * from "./contract/messages.ts";
export type * from "./contract/paging.ts";
export type * from "./contract/profiles.ts";
export type * from "./contract/search.ts";

export interface MigrationReport {
  /** Names of the migrations that were applied now; empty when the schema was current. */
  readonly applied: readonly string[];
}

export interface Store {
  /** `mysql` or `sqlite`: for the log and `chatsrv check`. */
  readonly engine: string;
  readonly accounts: AccountStore;
  readonly profiles: ProfileStore;
  readonly friends: FriendStore;
  readonly conversations: ConversationStore;
  readonly messages: MessageStore;
  readonly devices: DeviceStore;
  readonly search: SearchStore;
  /**
   * Brings the schema up to date, and gives accounts without skeletons theirs: of two that look alike the older has
   * them. Safe to run from several processes at once.
   */
  migrate(): Promise<MigrationReport>;
  /** Names of migrations that are in the binary and not in the database. */
  pendingMigrations(): Promise<string[]>;
  /** @throws AppError UNAVAILABLE */
  ping(): Promise<void>;
  close(): Promise<void>;
}
