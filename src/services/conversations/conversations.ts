/**
 * @module services/conversations/conversations
 * From how a client addresses a conversation to its id, once per request. Nothing behind it knows a pair.
 */
import type { ConversationKind } from "../../domain/entities.ts";
import { AppError } from "../../domain/error.ts";
import { type ConversationId, pairOf, type UserId } from "../../domain/ids.ts";
import type { ConversationStore } from "../../store/store.ts";

/** A conversation, as one of its members addresses it. */
export interface Place {
  readonly conversation: ConversationId;
  readonly kind: ConversationKind;
  /** The other member of a direct one. */
  readonly peer: UserId | undefined;
}

export interface DirectPlace extends Place {
  readonly kind: "direct";
  readonly peer: UserId;
}

/** Addresses remembered at most; about 100 bytes each. What one leads to never changes. */
const REMEMBERED = 100_000;

export class Conversations {
  readonly #store: Pick<ConversationStore, "direct" | "head">;
  /** By pair, and by member and id. */
  readonly #pairs = new Map<string, ConversationId>();
  readonly #members = new Map<string, Place>();

  constructor(store: Pick<ConversationStore, "direct" | "head">) {
    this.#store = store;
  }

  /**
   * Where `user` and `peer` talk: at once where that is remembered, so that requests in a row keep their order.
   * @throws AppError NOT_FRIENDS (as a rejection) when the two never were; UNAVAILABLE
   */
  withPeer(user: UserId, peer: UserId): DirectPlace | Promise<DirectPlace> {
    const conversation = this.#pairs.get(pairKey(user, peer));
    return conversation === undefined ? this.#askPair(user, peer) : { conversation, kind: "direct", peer };
  }

  /**
   * The conversation of an id, for somebody who is a member or was one: what they may still do there is decided where
   * it is done. At once where that is remembered.
   * @throws AppError NOT_A_MEMBER (as a rejection) for everybody else, also where there is none; UNAVAILABLE
   */
  byId(user: UserId, conversation: ConversationId): Place | Promise<Place> {
    return this.#members.get(memberKey(user, conversation)) ?? this.#askMember(user, conversation);
  }

  async #askPair(user: UserId, peer: UserId): Promise<DirectPlace> {
    const [conversation] = await this.#store.direct([[user, peer]]);
    if (conversation === undefined) throw new AppError("NOT_FRIENDS", { field: "peer" });
    remember(this.#pairs, pairKey(user, peer), conversation);
    return { conversation, kind: "direct", peer };
  }

  async #askMember(user: UserId, conversation: ConversationId): Promise<Place> {
    const head = await this.#store.head(conversation, user);
    if (head === undefined) throw new AppError("NOT_A_MEMBER", { field: "conversation" });
    const { kind, peer } = head;
    const place: Place = { conversation, kind, peer };
    remember(this.#members, memberKey(user, conversation), place);
    return place;
  }
}

function remember<V>(known: Map<string, V>, key: string, value: V): void {
  if (known.size >= REMEMBERED) for (const oldest of known.keys().take(REMEMBERED / 10)) known.delete(oldest);
  known.set(key, value);
}

function pairKey(a: UserId, b: UserId): string {
  const { lo, hi } = pairOf(a, b);
  return `${lo}:${hi}`;
}

const memberKey = (user: UserId, conversation: ConversationId): string => `${user}:${conversation}`;
