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
import type { ChatNode, Device, EndReason, NodeAddress, Route } from "../domain/entities.ts";
import type { ConversationId, NodeName, SessionId, UserId } from "../domain/ids.ts";

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
  /** Voids the tokens of a user that are not yet redeemed, or the one that is given. */
  revoke(user: UserId, token?: string): Promise<void>;
}

/** A session to be begun. */
export interface NewSession extends Omit<Route, "epoch" | "device"> {
  /** What the client calls itself; undefined: its ticket's device, else one of its own by the session's id. */
  readonly device: string | undefined;
  /** The version of the account that the session is granted under. */
  readonly version: number;
  /** Lets the device come back, for `ttlMs` after it was last here; undefined for one that may not. */
  readonly ticket?: { readonly secret: string; readonly ttlMs: number } | undefined;
}

/** A session as its node knows it. */
export interface OpenSession extends NewSession {
  readonly device: string;
  /** The epoch of its first bind. */
  readonly born: number;
}

/** A session that was bound, and those that had to go for it. They are over; their nodes are to be told. */
export interface Bound {
  readonly epoch: number;
  readonly device: string;
  /** The device's own earlier session. */
  readonly replaced: readonly Route[];
  /** Sessions beyond the most that there may be. */
  readonly evicted: readonly Route[];
}

/** What a good ticket stands for. */
export interface Resumption {
  readonly device: string;
  /** The version of the account that the device was granted under. */
  readonly version: number;
  /** The ticket for `bind`; opens nothing by itself. */
  readonly key: string;
}

/**
 * Which devices are to be ended: that of one session, as long as that is its last; the one that is known by a session,
 * also when it has come back since; all that were granted below a version of the account.
 */
export type Which =
  | { readonly session: SessionId }
  | { readonly knownBy: SessionId }
  | { readonly below: number };

export interface Ended {
  /** Whether there was any. */
  readonly found: boolean;
  /** Sessions that their nodes may still serve, those included that were ended before and are still open. */
  readonly open: readonly Route[];
}

/**
 * Devices that have been here. Each has at most one session and one ticket, which lets it come back without the
 * account's password. The same record as `RouteTable`: what one of them does is one step for both.
 */
export interface DeviceTable {
  /** What a ticket is good for; undefined when it is good for nothing. It stays good (a reconnect may need several tries). */
  check(user: UserId, ticket: string): Promise<Resumption | undefined>;
  /**
   * The client has got the session's ticket. Until then the ticket that it came back with stays good beside it: the
   * answer with the new one may have been lost.
   */
  received(user: UserId, session: SessionId): Promise<void>;
  /** All devices, oldest session first; a session that is over is among them until its node knows. */
  list(user: UserId): Promise<Device[]>;
  /**
   * Ends devices: ticket and route are gone at once, and a session that asks again (`rebind`) is told. One that is
   * here stays listed until its node unbinds it or somebody knows that it is closed (`settle`).
   */
  end(user: UserId, which: Which, reason: EndReason): Promise<Ended>;
  /** Forgets sessions that were ended and are known to be closed. */
  settle(user: UserId, sessions: readonly SessionId[]): Promise<void>;
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

/** Where the sessions are that are here. */
export interface RouteTable {
  /**
   * Begins a device's session, with the user's next epoch. First it takes the place of the device's own earlier
   * session and ticket; only then, beyond `max` sessions, the oldest of other devices (by `since`, so that binding
   * again makes nobody younger) are ended, tickets included.
   * @param through the ticket (`Resumption.key`) that it was granted on; the session takes the place of that
   *   ticket's device, by whatever name it comes.
   * @throws AppError TOKEN_REFUSED, and nothing is changed, when that ticket is not good any more.
   */
  bind(session: NewSession, max: number, through?: string): Promise<Bound>;
  /**
   * Takes an open session's route again, after coordination or its node was away: with its device, its ticket and a
   * new epoch, whether they were forgotten or not.
   * @returns why it is over, and nothing is changed, when it was ended meanwhile.
   */
  rebind(session: OpenSession, max: number): Promise<Bound | EndReason>;
  /**
   * Removes a session's route if its epoch is not newer than `epoch`; a device with a ticket is away from then on.
   * For one that was ended its node says so that it knows. @returns whether there was something to remove.
   */
  unbind(user: UserId, session: SessionId, epoch: number): Promise<boolean>;
  /**
   * Whether the user has any route now, and the order of that answer: of two answers about one user, by whomever
   * they were asked, the one of the higher order is the newer.
   */
  presence(user: UserId): Promise<Presence>;
  /** Routes of several users, oldest first, in one round trip; users without any are absent. */
  of(users: readonly UserId[]): Promise<Map<UserId, Route[]>>;
}

/** A node that was added to a conversation. */
export interface Interested extends NodeAddress {
  /** Rises each time that it is added: one that was added since it was read is another. */
  readonly added: number;
}

/**
 * Which nodes have sessions of a group's members: who is told of what happens in it, however many members it has. A
 * node is added to a group before it reads where the group stands, so whatever a look-up misses, that read finds.
 */
export interface Interest {
  /** Adds a node to conversations, each in a step of its own. All entries of a conversation end a day after the last add. */
  add(node: NodeAddress, conversations: readonly ConversationId[]): Promise<void>;
  remove(node: NodeAddress, conversations: readonly ConversationId[]): Promise<void>;
  /** In one round trip; conversations without any node are absent. Nodes that died are among them until they are forgotten. */
  of(conversations: readonly ConversationId[]): Promise<Map<ConversationId, Interested[]>>;
  /** Removes nodes that are dead, but for those that were added again since they were read. */
  forget(conversation: ConversationId, dead: readonly Interested[]): Promise<void>;
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
  readonly devices: DeviceTable;
  readonly nodes: NodeRegistry;
  readonly routes: RouteTable;
  readonly interest: Interest;
  readonly limits: RateLimiter;
  /** Calls back each time the server is back after it was lost. @returns a function that ends it. */
  onRecovered(callback: () => void): () => void;
  /** @throws AppError UNAVAILABLE */
  ping(): Promise<void>;
  close(): Promise<void>;
}
