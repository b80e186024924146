/**
 * @module store/store
 * The contract of durable storage, by entity. Adapters: `mysql/` (MySQL 8, MariaDB 10.6+) and `sqlite/`; one
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
import type {
  Account,
  Friend,
  FriendRequest,
  Head,
  Message,
  MessageKind,
  Page,
  Profile,
  ProfilePatch,
} from "../domain/entities.ts";
import type { ConversationId, Pair, UserId } from "../domain/ids.ts";

export interface NewAccount {
  readonly username: string;
  readonly email: string;
  readonly passwordHash: string;
}

export interface AccountStore {
  /**
   * Makes the account with its skeletons and its profile row (nickname = username, the rest empty, sex 0).
   * @throws AppError MYSQL_INTERNAL_ERROR with field `username` or `email` when it, or what looks like it, is taken.
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

export interface ProfileStore {
  find(id: UserId): Promise<Profile | undefined>;
  /** Profiles of those of `ids` that exist, in any order. */
  findMany(ids: readonly UserId[]): Promise<Profile[]>;
  /** @param viewer whom it is for: somebody whom that user blocks is shown the profile of the time of the block. */
  findByUsername(username: string, viewer: UserId): Promise<Profile | undefined>;
  /** @returns the profile as it now is, or undefined when there is no such account. */
  update(id: UserId, patch: ProfilePatch): Promise<Profile | undefined>;
}

export interface PageRequest {
  /** A former page's `next`; undefined for the first page. One that is no cursor reads as the first page. */
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/**
 * What became of a friend request. `repeated`: an open one was there; its texts are the new ones now. `blocked`:
 * `from` blocks `to`, or the two are friends and either blocks. `refused`: `to` blocks `from`, who is no friend.
 */
export type RequestOutcome =
  | "created"
  | "repeated"
  | "already_friends"
  | "blocked"
  | "refused"
  | "no_such_user";
/** What became of a confirmation. `repeated`: the two are friends already and a confirmed request says so. */
export type ConfirmOutcome = "confirmed" | "repeated" | "no_request";

/** What a block that was set or lifted met. */
export interface BlockOutcome {
  /** False when it was so before, or there is no such user; the rest is then as if nothing had been there. */
  readonly changed: boolean;
  readonly friends: boolean;
  /** Whether the other one blocks, too: between the two nothing passes, before and after. */
  readonly mutual: boolean;
  /** Who had asked, of the open requests that the block removed. */
  readonly askers: readonly UserId[];
}

export interface FriendStore {
  /** Stores an open request; at most one open one per (from, to) is ever there. */
  request(entry: { from: UserId; to: UserId; nickname: string; message: string }): Promise<RequestOutcome>;
  /** Open requests to a user, oldest first. */
  requestsTo(user: UserId, page: PageRequest): Promise<Page<FriendRequest>>;
  /**
   * `by` confirms the open request of `from`: marks it (and one in the other direction) confirmed, makes both
   * AuthFriend rows and the conversation with its two members if it is not there from an earlier friendship.
   * `alternativeName` is what `by` calls `from`; `from` calls `by` by the nickname "". Where a block is between the
   * two there is no open request.
   */
  confirm(entry: { from: UserId; by: UserId; alternativeName: string }): Promise<ConfirmOutcome>;
  /** Removes the open request of `from` to `to`. @returns whether there was one. */
  removeRequest(from: UserId, to: UserId): Promise<boolean>;
  /** Ends a friendship; the conversation stays. @returns whether there was one. */
  remove(a: UserId, b: UserId): Promise<boolean>;
  areFriends(a: UserId, b: UserId): Promise<boolean>;
  /** Friends of a user, ascending by the friend's id; one who blocks the user with the profile of that time. */
  list(user: UserId, page: PageRequest): Promise<Page<Friend>>;
  /** Ids of a user's friends without a block between, either way, ascending: who may know of one another. */
  reachable(user: UserId): Promise<UserId[]>;
  /**
   * Blocks `other` or lifts it. Idempotent. A block removes the open requests of the two. While there is one, either
   * way, each is shown the other's cursors as they were when it began, and the blocked the blocker's profile.
   */
  setBlocked(user: UserId, other: UserId, blocked: boolean): Promise<BlockOutcome>;
  /** Whom a user blocks, ascending by id. */
  blockedBy(user: UserId, page: PageRequest): Promise<Page<Profile>>;
  /** Whether either of the two has blocked the other. */
  isBlocked(a: UserId, b: UserId): Promise<boolean>;
}

/** One message to be stored. */
export interface AppendEntry {
  readonly conversation: ConversationId;
  readonly sender: UserId;
  /** At most 64 characters. Compared exactly, but spaces at its end do not count. */
  readonly clientId: string;
  readonly kind: MessageKind;
  readonly body: string;
}

/**
 * What became of one entry. `duplicate`: this sender's `clientId` is stored in this conversation already with
 * the same kind and body; seq and at are the first ones. `conflict`: it is stored with other content.
 * Only `stored` used a seq.
 */
export type AppendOutcome =
  | {
      readonly status: "stored";
      readonly conversation: ConversationId;
      readonly seq: number;
      readonly at: number;
    }
  | {
      readonly status: "duplicate";
      readonly conversation: ConversationId;
      readonly seq: number;
      readonly at: number;
    }
  | { readonly status: "conflict" }
  | { readonly status: "not_friends" }
  | { readonly status: "blocked" };

/** A user's cursor move. Absent marks stay as they are. */
export interface CursorMove {
  readonly conversation: ConversationId;
  readonly user: UserId;
  readonly delivered?: number | undefined;
  readonly read?: number | undefined;
}

/** Where a user's cursors stand after moves, their own texts counted as got and read where they follow. */
export interface CursorState {
  readonly conversation: ConversationId;
  readonly user: UserId;
  /** The other member; undefined when the user is no member at all. */
  readonly peer: UserId | undefined;
  readonly delivered: number;
  readonly read: number;
  /** False when nothing changed. */
  readonly moved: boolean;
  /** Whether the other may learn of it: no block is between the two. */
  readonly shown: boolean;
}

/** A conversation that grew lately. */
export interface Grown {
  readonly conversation: ConversationId;
  readonly members: readonly UserId[];
  readonly lastSeq: number;
}

/** A member whose cursors moved lately, and where they are now. */
export interface Moved {
  readonly conversation: ConversationId;
  readonly user: UserId;
  readonly peer: UserId;
  readonly delivered: number;
  readonly read: number;
}

/** Where a bounded read of history starts: after a seq (ascending), before one, or at the end. */
export interface HistoryRange {
  readonly after?: number | undefined;
  readonly before?: number | undefined;
  readonly limit: number;
}

/** A piece of a conversation. */
export interface History {
  readonly messages: Message[];
  readonly lastSeq: number;
}

/** A message found by its client id, with what is known of its way. */
export interface Trace {
  readonly message: Message;
  readonly receiver: UserId;
  readonly senderName: string;
  readonly receiverName: string;
  /** The receiver's cursors and when they last moved; undefined where they have not. */
  readonly deliveredSeq: number;
  readonly deliveredAt: number | undefined;
  readonly readSeq: number;
  readonly readAt: number | undefined;
}

export interface ConversationStore {
  /**
   * The direct conversation of each pair, in order; undefined where the two have none. An id never changes for a
   * pair once made.
   */
  direct(pairs: readonly Pair[]): Promise<(ConversationId | undefined)[]>;
  /**
   * Heads of all conversations of a user, ascending by conversation id. To oneself one's own texts are delivered and
   * read: each member's cursors reach to before the first text of the other's that they have not passed.
   */
  heads(user: UserId, page: PageRequest): Promise<Page<Head>>;
  /** The head of one conversation, as `user` has it; undefined for who is no member. */
  head(conversation: ConversationId, user: UserId): Promise<Head | undefined>;
  /**
   * Conversations that grew within the last `windowMs`, by the store's own clock, whatever those of the nodes say;
   * for reconciling. Costs the rows it returns, however many conversations there are. A commit under way may be
   * dated before rows already read: look again, and make the window longer than a commit may take.
   */
  grownWithin(windowMs: number, page: PageRequest): Promise<Page<Grown>>;
  /** Members whose cursors moved within the last `windowMs` and may be told of; otherwise as `grownWithin`. */
  movedWithin(windowMs: number, page: PageRequest): Promise<Page<Moved>>;
  /** Moves cursors: never back, never past the conversation's last seq; read carries delivered along. */
  advance(moves: readonly CursorMove[], at: number): Promise<CursorState[]>;
}

export interface MessageStore {
  /**
   * Stores a batch: all or nothing. Per conversation, entries get the next seqs in the order given, gap-free
   * and in commit order also when several processes append at once. Whether the sender is a member, the two are friends
   * and neither blocked the other is decided inside the same transaction, so a block is in force everywhere once set.
   * An entry repeated within the batch counts as a duplicate of its first.
   * @param at the time given to all that is stored, milliseconds since 1970. Where the conversation's last message
   *   has a later one (another server's clock, or one that was set back) that is given: times never fall along seqs.
   * @returns one outcome per entry, in order.
   */
  append(entries: readonly AppendEntry[], at: number): Promise<AppendOutcome[]>;
  /**
   * Messages of a conversation that `reader` may see, ascending by seq, at most `range.limit`: with `after` the
   * first ones beyond it, with `before` the last ones below it, with neither the newest. Takes the same time at any
   * depth.
   * @returns undefined when there is no such conversation, or the reader is no member of it.
   */
  history(conversation: ConversationId, reader: UserId, range: HistoryRange): Promise<History | undefined>;
  /** All messages with this client id (several senders may have used it), oldest first. */
  trace(clientId: string): Promise<Trace[]>;
}

/** Where a device stands in one of its account's conversations. */
export interface DeviceStanding {
  readonly conversation: ConversationId;
  readonly peer: UserId;
  readonly lastSeq: number;
  /** Everything up to here was shown on the device. */
  readonly shownSeq: number;
  /** When the first message beyond it was stored, milliseconds since 1970; undefined when there is none. */
  readonly waitingSince: number | undefined;
}

/** What a device was shown of a conversation: everything up to `shown`, the seq of a stored message. */
export interface DeviceMove {
  readonly user: UserId;
  readonly device: string;
  readonly conversation: ConversationId;
  readonly shown: number;
}

/** What devices were shown that keep nothing themselves: those of the original's clients. */
export interface DeviceStore {
  /**
   * The device is here. The first time it counts as having been shown what the account had got delivered by then;
   * of a conversation that is made later it was shown nothing. Does nothing the other times, and for an account
   * that is not there.
   */
  begin(user: UserId, device: string): Promise<void>;
  /** All conversations of the account, ascending by id, and where the device stands in each. */
  standings(user: UserId, device: string, page: PageRequest): Promise<Page<DeviceStanding>>;
  /** Moves devices that began: never back. An account that is not there is passed over. */
  advance(moves: readonly DeviceMove[]): Promise<void>;
}

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
