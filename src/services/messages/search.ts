/**
 * @module services/messages/search
 * Finding messages by what they say, in all of one's conversations or in one.
 */
import type { Message, Page } from "../../domain/entities.ts";
import type { UserId } from "../../domain/ids.ts";
import type { SearchRequest, SearchStore } from "../../store/store.ts";
import type { Conversations, Place } from "../conversations/conversations.ts";

/** A message that was found, and where it is. */
export interface Hit {
  readonly message: Message;
  readonly place: Place;
}

export interface SearchOptions {
  readonly search: Pick<SearchStore, "search">;
  readonly conversations: Pick<Conversations, "byId">;
}

export class Search {
  readonly #options: SearchOptions;

  constructor(options: SearchOptions) {
    this.#options = options;
  }

  /** What the reader may see of it, newest first; nothing for a text without a word. @throws AppError UNAVAILABLE */
  async find(reader: UserId, request: SearchRequest): Promise<Page<Hit>> {
    const { search, conversations } = this.#options;
    const { items, next } = await search.search(reader, request);
    const hits = items.map(async (message) => ({
      message,
      place: await conversations.byId(reader, message.conversation),
    }));
    return { items: await Promise.all(hits), next };
  }
}
