/**
 * @module chat/families/search
 * Messages found by what they say.
 */
import type { Conversations } from "../../services/conversations/conversations.ts";
import type { Hit, Search } from "../../services/messages/search.ts";
import type { Body } from "../../wire/messages.ts";
import { MAX_PAGE } from "../../wire/sizes.ts";
import { historyEntry, placeBody } from "../bodies.ts";
import { nextOf, pageOfOneFrame } from "../pages.ts";
import { inTurn, pagePrice, type Rows, requireLogin, requirePlace } from "./family.ts";

export interface SearchServices {
  readonly conversations: Pick<Conversations, "withPeer" | "byId">;
  readonly search: Pick<Search, "find">;
}

/** Hits of a page, unless the client says. */
const HITS = 50;

export function searchFamily({ conversations, search }: SearchServices): Rows<"SEARCH"> {
  return {
    SEARCH: inTurn(
      "search",
      async (session, body) => {
        const { user } = requireLogin(session).bound;
        const { text, before, limit = HITS, peer } = body;
        const isOfOne = peer !== undefined || body.conversation !== undefined;
        const place = isOfOne ? await requirePlace(conversations, user, body) : undefined;
        const read = (most: number) =>
          search.find(user, { text, conversation: place?.conversation, before, limit: most });
        const page = await pageOfOneFrame(Math.min(limit, MAX_PAGE), read, hitBody);
        session.send("SEARCHRESPONSE", { error: 0, hits: page.items, ...nextOf(page) });
      },
      ({ limit = HITS }) => pagePrice(limit, MAX_PAGE),
    ),
  };
}

const hitBody = ({ message, place }: Hit): Body<"SEARCHRESPONSE">["hits"][number] => ({
  ...placeBody(place),
  ...historyEntry(message),
});
