/**
 * @module client/addresses
 * How conversations are called. Everything in the SDK is kept by a conversation's id; a direct one is addressed by
 * the other member, whose id is known before the conversation's. Here the two are brought together, and nowhere else.
 */

/**
 * A conversation as an app names it: a user's id, for the direct one with them, or anything that says which
 * `conversation` it is of: a message, a head, a receipt.
 */
export type Address = string | { readonly conversation: string };

/** One message of a conversation. */
export interface MessageAddress {
  readonly conversation: string;
  readonly seq: number;
}

/** A conversation as a frame names it: one of the two. */
export interface Target {
  readonly peer?: string;
  readonly conversation?: string;
}

/** Which conversation, and with whom if it is a direct one. */
export interface Place {
  readonly conversation: string;
  readonly peer?: string | undefined;
}

export class Addresses {
  /** The other member of each direct conversation. */
  readonly #peers = new Map<string, string>();
  readonly #conversations = new Map<string, string>();

  /** The server told of a conversation. */
  learn({ conversation, peer }: Place): void {
    if (peer === undefined) return;
    this.#peers.set(conversation, peer);
    this.#conversations.set(peer, conversation);
  }

  /** The id of a conversation; undefined for a direct one that the server has not told of yet. */
  conversationOf(address: Address): string | undefined {
    return typeof address === "string" ? this.#conversations.get(address) : address.conversation;
  }

  /** The other member of a direct conversation. */
  peerOf(address: Address): string | undefined {
    return typeof address === "string" ? address : this.#peers.get(address.conversation);
  }

  /** What to write into a frame: the peer of a direct conversation, the id of any other. */
  targetOf(address: Address): Target {
    const peer = this.peerOf(address);
    if (peer !== undefined) return { peer };
    return { conversation: typeof address === "string" ? address : address.conversation };
  }
}
