/**
 * @module client/search
 * Messages found by what they say.
 */
import type { Address, Addresses } from "./addresses.ts";
import type { Calls } from "./calls.ts";
import type { ChatMessage } from "./events.ts";
import { messageOf } from "./messages.ts";

export interface SearchOptions {
  /** Only in this conversation; in all of them unless given. */
  readonly in?: Address;
  /** `next` of the page before. */
  readonly before?: string;
  /** At most so many; fewer come when they do not fit one frame. */
  readonly limit?: number;
}

/** Newest first. Where `next` is given there may be more, also behind a page with none. */
export interface SearchPage {
  readonly hits: ChatMessage[];
  readonly next?: string;
}

/** @param text words that are all to be there, `"words in this order"`, or beginnings such as `begin*`. */
export async function searchMessages(
  { connection, addresses }: { readonly connection: Calls; readonly addresses: Addresses },
  text: string,
  { in: where, before, limit }: SearchOptions,
): Promise<SearchPage> {
  const { hits, next } = await connection.request("SEARCH", {
    text,
    ...(where !== undefined && addresses.targetOf(where)),
    ...(before !== undefined && { before }),
    ...(limit !== undefined && { limit }),
  });
  return {
    hits: hits.map(({ conversation, peer, ...entry }) => {
      addresses.learn({ conversation, peer });
      return messageOf(entry, { conversation, peer, asOf: entry.seq }, connection.uuid);
    }),
    ...(next !== undefined && { next }),
  };
}
