/**
 * @module coordination/coordination
 * The contract of the shared, short-lived state: codes, tokens, leases, routes, limits. Adapters: `redis/`
 * (one server, Sentinel or Cluster) and `memory/` (one process); one suite in test/contract runs on all.
 *
 * - Every method is one atomic step towards other processes, unless it says otherwise.
 * - Nothing here is needed to keep an account or a message: all may vanish and is rebuilt.
 * - Secrets (codes, tokens, tickets) come in clear and are kept hashed.
 * - Times are milliseconds; TTLs count from the call.
 * - A lost server is `AppError` UNAVAILABLE (retryable) within about a second, never a call that hangs.
 */
import type { ChatNode, Route } from "../domain/entities.ts";
import type { NodeName, SessionId, UserId } from "../domain/ids.ts";

/** `missing`: none stored, or expired. `exhausted`: too many wrong tries; the code is dead. */
export type CodeCheck = "ok" | "missing" | "wrong" | "exhausted";

/** Verification codes, one per e-mail address. */
export interface CodeStore {
  /**
   * Reserves the right to mail a code to an address: one per `cooldownMs`.
   * @returns 0 when reserved, else the milliseconds to wait.
   */
  reserve(email: string, cooldownMs: number): Promise<number>;
  /** Gives a reservation back, because the mail was not handed over. */
  release(email: string): Promise<void>;
  /** Stores a code, replacing an earlier one, with fresh attempts. */
  put(email: string, code: string, ttlMs: number): Promise<void>;
  /**
   * Compares without spending. A wrong code counts: `wrong` for the first `attempts` of them, then `exhausted`,
   * and from then on `exhausted` for any code until the TTL ends or a new one is put.
   */
  check(email: string, code: string, attempts: number): Promise<CodeCheck>;
  /** Removes the stored code if it is this one. @returns whether it was: of several callers one gets true. */
  spend(email: string, code: string): Promise<boolean>;
}

/** Tokens of `/trylogin_server`, and which node has room. */
export interface Placement {
  /**
   * Picks the live, not draining node with the lowest load, counts the pick at once, and binds a token to
   * user and node. Load = sessions as last reported + picks not yet redeemed + redeemed since that report;
   * ties go to the node picked least recently. @returns undefined when there is no node.
   */
  allocate(user: UserId, token: string, ttlMs: number): Promise<ChatNode | undefined>;
  /** Spends a token. @returns true exactly once, for the right user on the right node, in time. */
  redeem(user: UserId, token: string, node: NodeName): Promise<boolean>;
  /** Voids the tokens of a user that are not yet redeemed (password reset). */
  revoke(user: UserId): Promise<void>;
}

/** Resume tickets: let a known client reconnect without its password. */
export interface TicketStore {
  /** Stores a ticket; a user keeps at most `keep`, the newest. */
  put(user: UserId, ticket: string, ttlMs: number, keep: number): Promise<void>;
  /** Whether the ticket is good. It stays good (a reconnect may need several tries). */
  check(user: UserId, ticket: string): Promise<boolean>;
  remove(user: UserId, ticket: string): Promise<void>;
  /** Voids all tickets of a user (password reset). */
  clear(user: UserId): Promise<void>;
}

export interface NodeRegistry {
  /**
   * Takes a name with a lease. A name held by a live node with the same gRPC address is taken over: only one
   * process can have bound that port, so the former holder is dead.
   * @returns false when another live node holds the name.
   */
  register(node: ChatNode, ttlMs: number): Promise<boolean>;
  /** Extends the lease and reports load. @returns false when the lease is no longer this incarnation's. */
  renew(
    name: NodeName,
    incarnation: string,
    report: { sessions: number; draining: boolean },
    ttlMs: number,
  ): Promise<boolean>;
  /** Gives the name back; nothing happens when it is another incarnation's. */
  deregister(name: NodeName, incarnation: string): Promise<void>;
  /** Live nodes, by name. A node may lack a chat address (port 0: never allocated) or a gRPC one (grpcPort 0: no peer). */
  list(): Promise<ChatNode[]>;
  /**
   * Removes the routes that dead nodes left behind. Any process may call it, at any time.
   * @returns the users whose routes were removed; each to one caller only.
   */
  reap(): Promise<UserId[]>;
}

/** Whether a user has a session anywhere, as of one moment. */
export interface Presence {
  readonly online: boolean;
  readonly order: number;
}

export interface RouteTable {
  /**
   * Adds a session's route and gives it the user's next epoch. Beyond `max` sessions the oldest routes (by
   * `since`, so that binding again makes nobody younger; never this one) are removed and returned, for their
   * nodes to close.
   */
  bind(route: Omit<Route, "epoch">, max: number): Promise<{ epoch: number; evicted: Route[] }>;
  /** Removes a session's route if its epoch is not newer than `epoch`. @returns whether it was removed. */
  unbind(user: UserId, session: SessionId, epoch: number): Promise<boolean>;
  /**
   * Whether the user has any route now, and the order of that answer: of two answers about one user, by whomever
   * they were asked, the one of the higher order is the newer.
   */
  presence(user: UserId): Promise<Presence>;
  /** Routes of several users, oldest first, in one round trip; users without any are absent. */
  of(users: readonly UserId[]): Promise<Map<UserId, Route[]>>;
}

/** A token bucket: `burst` at once, refilled evenly over `perMs`. */
export interface LimitRule {
  readonly burst: number;
  /** The time in which an empty bucket fills up, milliseconds. */
  readonly perMs: number;
}

export interface RateLimiter {
  /** Takes one. @returns 0 when there was one, else the milliseconds until there is. */
  take(key: string, rule: LimitRule): Promise<number>;
}

export interface Coordination {
  /** `redis` or `memory`: for the log and `chatsrv check`. */
  readonly engine: string;
  /** Whether other processes see the same state; false means this process is alone. */
  readonly shared: boolean;
  readonly codes: CodeStore;
  readonly placement: Placement;
  readonly tickets: TicketStore;
  readonly nodes: NodeRegistry;
  readonly routes: RouteTable;
  readonly limits: RateLimiter;
  /** Calls back each time the server is back after it was lost. @returns a function that ends it. */
  onRecovered(callback: () => void): () => void;
  /** @throws AppError UNAVAILABLE */
  ping(): Promise<void>;
  close(): Promise<void>;
}
