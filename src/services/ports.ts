/**
 * @module services/ports
 * What the services ask of roles that may live in another process. roles/compose binds each to the direct object
 * when it lives in this process, and to a gRPC client when it does not.
 */
import type { Grant } from "../domain/grants.ts";
import type { NodeName, UserId } from "../domain/ids.ts";

/** The verify role, as the gateway sees it. */
export interface CodeSender {
  /**
   * Makes a code for an address and mails it.
   * @throws AppError RATE_LIMITED (retryAfterMs), NETWORK_FAILED (the mail failed), INVALID_FIELD (email),
   *   COORDINATION_AWAY (coordination is away), PEER_AWAY (verify is away).
   */
  sendCode(email: string): Promise<void>;
}

/** A chat node and the token to log in there with. */
export interface Allocation {
  readonly host: string;
  readonly port: number;
  readonly wsUrl: string;
  /** The node's name; "" when a balance role of an older release placed the user. */
  readonly node: string;
  readonly token: string;
}

/** The balance role, as gateway and chat see it. */
export interface Allocator {
  /**
   * @param grant what the token is given on; it is part of the token.
   * @throws AppError NO_CHAT_NODE (no live node), COORDINATION_AWAY (coordination is away),
   *   PEER_AWAY (balance is away).
   */
  allocate(user: UserId, grant?: Grant): Promise<Allocation>;
  /** Spends a token on the node that was named. @returns whether it was good. @throws as allocate */
  redeem(user: UserId, token: string, node: NodeName): Promise<boolean>;
}

/** Ends a user's sessions wherever they are. Implemented over services/sessions/endings. */
export interface SessionEnder {
  /**
   * Ends all devices of the user that were granted below a version of the account. Resolves when none of their
   * sessions can be served any more.
   * @throws AppError UNAVAILABLE when that is not known in time, or coordination is away
   */
  endAll(user: UserId, below: number): Promise<void>;
}

/** A text as another server hands it over: the client's own id of it, and what it says. */
export interface HandedText {
  readonly clientId: string;
  readonly body: string;
}

/**
 * What a chat server of the original asks of this one on behalf of its own users. They take the same path as
 * the requests of a session here: the caller holds the cluster's secret, so who it speaks for is believed; all
 * other rules and limits hold. Implemented over the services, called by rpc/.
 */
export interface PeerRequests {
  /** @throws AppError WITH_ONESELF, NO_SUCH_USER, NO_OPEN_REQUEST, BLOCKED, UNAVAILABLE */
  friendRequest(asker: UserId, target: UserId, nickname: string, message: string): Promise<void>;
  /** Confirms an open request. @throws AppError NO_OPEN_REQUEST (no open request), UNAVAILABLE */
  confirm(asker: UserId, confirmer: UserId, alternativeName: string): Promise<void>;
  /** @throws AppError UNAVAILABLE */
  areFriends(a: UserId, b: UserId): Promise<boolean>;
  /**
   * Stores and delivers texts, in order; resolves after the commit.
   * @throws AppError NOT_FRIENDS, BLOCKED, MESSAGE_ID_CONFLICT, INVALID_FIELD, TOO_LARGE, UNAVAILABLE
   */
  texts(sender: UserId, receiver: UserId, entries: readonly HandedText[]): Promise<void>;
}
