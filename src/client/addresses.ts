/**
 * @module client/addresses
 * How conversations are called. Everything in the SDK is kept by a conversation's id; a direct one is addressed by
 * the other member, whose id is known before the conversation's. Here the two are brought together, and nowhere else.
 */
import { Code } from "../wire/codes.ts";
import { ChatError } from "./errors.ts";

/**
 * A conversation as an app names it: a user's id, for the direct one with them, or anything that says which
 * `conversation` it is of: a message, a head, a receipt.
 */
export type Address = string | { readonly conversation: string };

/** A conversation as a frame names it. */
export interface Target {
  readonly peer: string;
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

  /** What to write into a frame. @throws ChatError 67 when it is not known whose conversation it is. */
  targetOf(address: Address): Target {
    const peer = this.peerOf(address);
    if (peer === undefined) throw new ChatError(Code.INVALID_FIELD, { field: "conversation" });
    return { peer };
  }
}
