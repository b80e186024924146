/**
 * @module client/history
 * Pages of a conversation as the server has it.
 */
import type { Address, Addresses } from "./addresses.ts";
import type { Calls } from "./calls.ts";
import type { ChatMessage } from "./events.ts";
import { messageOf } from "./messages.ts";

/** Which part of a conversation; without a bound its end. */
export interface HistoryRange {
  /** Messages beyond this seq, the first ones. */
  readonly after?: number;
  /** Messages below this seq, the last ones. */
  readonly before?: number;
  /** At most so many; fewer come when they do not fit one frame. */
  readonly limit?: number;
}

/** A part of a conversation, ascending. `lastSeq` is where the conversation ends. */
export interface HistoryPage {
  readonly messages: ChatMessage[];
  readonly lastSeq: number;
}

export class History {
  readonly #calls: Calls;
  readonly #addresses: Addresses;

  constructor(calls: Calls, addresses: Addresses) {
    this.#calls = calls;
    this.#addresses = addresses;
  }

  async page(address: Address, { after, before, limit }: HistoryRange = {}): Promise<HistoryPage> {
    const { messages, last_seq, conversation, peer } = await this.#calls.request("HISTORYREQUEST", {
      ...this.#addresses.targetOf(address),
      ...(after !== undefined && { after_seq: after }),
      ...(before !== undefined && { before_seq: before }),
      ...(limit !== undefined && { limit }),
    });
    this.#addresses.learn({ conversation, peer });
    const standing = { conversation, peer, asOf: last_seq };
    return {
      messages: messages.map((entry) => messageOf(entry, standing, this.#calls.uuid)),
      lastSeq: last_seq,
    };
  }
}
