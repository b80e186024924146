/**
 * @module services/conversations/conversations
 * From how a client addresses a conversation to its id, once per request. Nothing behind it knows a pair.
 */
import { AppError } from "../../domain/error.ts";
import { type ConversationId, pairOf, type UserId } from "../../domain/ids.ts";
import type { ConversationStore } from "../../store/store.ts";

/** A direct conversation, as one of its two members addresses it. */
export interface Place {
  readonly conversation: ConversationId;
  /** The other member. */
  readonly peer: UserId;
}

/** Pairs remembered at most; about 100 bytes each. An id never changes for a pair once made. */
const REMEMBERED = 100_000;

export class Conversations {
  readonly #store: Pick<ConversationStore, "direct">;
  readonly #known = new Map<string, ConversationId>();

  constructor(store: Pick<ConversationStore, "direct">) {
    this.#store = store;
  }

  /**
   * Where `user` and `peer` talk: at once where that is remembered, so that requests in a row keep their order.
   * @throws AppError NOT_FRIENDS (as a rejection) when the two never were; UNAVAILABLE
   */
  withPeer(user: UserId, peer: UserId): Place | Promise<Place> {
    const conversation = this.#known.get(keyOf(user, peer));
    return conversation === undefined ? this.#ask(user, peer) : { conversation, peer };
  }

  async #ask(user: UserId, peer: UserId): Promise<Place> {
    const [conversation] = await this.#store.direct([[user, peer]]);
    if (conversation === undefined) throw new AppError("NOT_FRIENDS", { field: "peer" });
    if (this.#known.size >= REMEMBERED)
      for (const oldest of this.#known.keys().take(REMEMBERED / 10)) this.#known.delete(oldest);
    this.#known.set(keyOf(user, peer), conversation);
    return { conversation, peer };
  }
}

function keyOf(a: UserId, b: UserId): string {
  const { lo, hi } = pairOf(a, b);
  return `${lo}:${hi}`;
}
