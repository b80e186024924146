/**
 * @module store/contract/search
 * Finding messages by what they say. What holds for every method stands in store/store.
 *
 * The index follows the log: `indexSome` brings it forward, after the commits and never in their way, by the position
 * that it got to in each conversation. What was cut off goes on from there; what is indexed twice is there once.
 */
import type { Message, Page } from "../../domain/entities.ts";
import type { ConversationId, UserId } from "../../domain/ids.ts";

export interface SearchRequest {
  /** Words that are all to be there, "words in this order", begin*; the last word may go on (domain/search). */
  readonly text: string;
  /** Only in this one. */
  readonly conversation?: ConversationId | undefined;
  /** A former page's `next`; one that is none reads as the first page. */
  readonly before?: string | undefined;
  readonly limit: number;
}

export interface Indexed {
  /** Entries of the log that were passed. */
  readonly entries: number;
  /** Whether more of the log may be there to be indexed now: there is, or another process is at it. */
  readonly more: boolean;
}

export interface SearchStore {
  /**
   * Messages that the reader may see, newest first, as they are now and without their reactions. What was stored or
   * edited since the index was brought forward is found by what it says then; what was recalled is found no more once
   * that is committed. Nothing is found by a text without a word. A page may have fewer than `limit` and be followed by
   * another: what has the words but not the phrase is passed over for so long only.
   */
  search(reader: UserId, request: SearchRequest): Promise<Page<Message>>;
  /**
   * Brings the index forward by at most about `entries` entries of the log, oldest conversations first. Any process may call,
   * also at once: all but one do nothing then.
   */
  indexSome(entries: number): Promise<Indexed>;
}
