/**
 * @module web/model/conversations
 * All conversations that the page knows, by their id; a direct one is found by the other member, too, who is there
 * before the first message is.
 */
import type { Place } from "../../client/index.ts";
import { Conversation } from "./conversation.ts";

export class Conversations {
  readonly #byId = new Map<string, Conversation>();
  readonly #byPeer = new Map<string, Conversation>();

  /** Those that the server has told of. */
  get all(): Iterable<Conversation> {
    return this.#byId.values();
  }

  /** The conversation that the server tells of. */
  at(place: Place): Conversation {
    const { conversation: id, peer } = place;
    const known = this.#byId.get(id) ?? (peer === undefined ? undefined : this.#byPeer.get(peer));
    const found = known ?? new Conversation(peer);
    found.id = id;
    this.#byId.set(id, found);
    if (peer !== undefined) this.#byPeer.set(peer, found);
    return found;
  }

  /** The direct conversation with somebody; an empty one when there is none yet. */
  with(peer: string): Conversation {
    const found = this.#byPeer.get(peer) ?? new Conversation(peer);
    this.#byPeer.set(peer, found);
    return found;
  }
}
