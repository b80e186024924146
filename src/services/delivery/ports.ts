/**
 * @module services/delivery/ports
 * What delivery asks of the world: the sessions on this node, and the other nodes.
 */
import type { NodeAddress } from "../../domain/entities.ts";
import type { ConversationId, UserId } from "../../domain/ids.ts";
import type { UserEvent } from "./events.ts";

/** The sessions on this node. Implemented by chat/. */
export interface LocalSessions {
  /** Whether the user has a session here. */
  has(user: UserId): boolean;
  /** Whether a session here is in the group. */
  hasGroup(conversation: ConversationId): boolean;
  /** Hands events to the sessions of their audience here; those without one are dropped (the log is the queue). In order. */
  deliver(events: readonly UserEvent[]): void;
  /** Sends each of the user's sessions here what it lacks of a conversation that has grown. */
  catchUp(growth: Growth): void;
  /** Sends the sessions here that are in a group what they lack of it, as it holds messages up to `lastSeq`. */
  catchUpGroup(conversation: ConversationId, lastSeq: number): void;
  /** Who has a session here that knows of groups. */
  groupUsers(): Iterable<UserId>;
  /** Whose presence was told here, and how. */
  told(): Iterable<Told>;
  /** A session here takes these for offline, as it was told nothing else. */
  takenForOffline(friends: readonly UserId[]): void;
}

/** What the sessions of a node were told of somebody last. */
export interface Told {
  readonly friend: UserId;
  /** Undefined where not all of them may have been told the same. */
  readonly online: boolean | undefined;
  /** `Presence.order` of that. */
  readonly order: number;
}

/** A conversation as one of its members sees it, that holds messages up to `lastSeq`. */
export interface Growth {
  readonly user: UserId;
  readonly conversation: ConversationId;
  /** The other member of a direct one. */
  readonly peer: UserId | undefined;
  readonly lastSeq: number;
}

/** The other chat nodes. Implemented by rpc/. */
export interface Peers {
  /**
   * Puts events on the stream to this one life of the node, in order; none of them is a greeting. Resolves when the node has acknowledged
   * them; rejects with AppError UNAVAILABLE when it did not (the caller keeps what lasts, see peer-queues).
   * @param missedMs how long ago texts for the node began to be left out; undefined when none were.
   */
  send(address: NodeAddress, events: readonly UserEvent[], missedMs?: number | undefined): Promise<void>;
}
