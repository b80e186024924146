/**
 * @module chat/families/history
 * What was said: pages of a conversation, and the heads of all.
 */
import type { Conversations } from "../../services/conversations/conversations.ts";
import type { Messaging } from "../../services/messages/messaging.ts";
import { MAX_HISTORY_PAGE, MAX_PAGE } from "../../wire/sizes.ts";
import { fitting, headBody, historyEntry, placeBody } from "../bodies.ts";
import { startAtHead } from "../delivery.ts";
import { nextOf, pageOfOneFrame } from "../pages.ts";
import { inTurn, pagePrice, type Rows, requireLogin, requirePlace } from "./family.ts";

export interface HistoryServices {
  readonly conversations: Pick<Conversations, "withPeer" | "byId">;
  readonly messaging: Pick<Messaging, "history" | "heads">;
}

export function historyFamily({
  conversations,
  messaging,
}: HistoryServices): Rows<"HISTORYREQUEST" | "HEADSREQUEST"> {
  return {
    HISTORYREQUEST: inTurn(
      "history",
      async (session, body) => {
        const { bound, delivery } = requireLogin(session);
        const { after_seq: after, before_seq: before, limit = MAX_HISTORY_PAGE } = body;
        const range = { after, before, limit: Math.min(limit, MAX_HISTORY_PAGE) };
        const place = await requirePlace(conversations, bound.user, body);
        const { messages, lastSeq } = await messaging.history(place, bound.user, range);
        // A page that is too long for a frame loses the end that is farther from where the reader stands.
        const entries = messages.map(historyEntry);
        const fit = after !== undefined ? fitting(entries) : fitting(entries.reverse()).reverse();
        if (after !== undefined) delivery.startAt(place.conversation, place.peer, Math.min(after, lastSeq));
        session.send("HISTORYRESPONSE", {
          error: 0,
          ...placeBody(place),
          messages: fit,
          last_seq: lastSeq,
        });
      },
      ({ limit }) => pagePrice(limit, MAX_HISTORY_PAGE),
    ),

    HEADSREQUEST: inTurn(
      "history",
      async (session, { cursor }) => {
        const { bound, delivery } = requireLogin(session);
        const read = (limit: number) => messaging.heads(bound.user, { cursor, limit });
        const page = await pageOfOneFrame(MAX_PAGE, read, headBody);
        for (const head of page.read.items) startAtHead(delivery, head, head.lastSeq);
        session.send("HEADSRESPONSE", { error: 0, heads: page.items, ...nextOf(page) });
      },
      () => pagePrice(undefined, MAX_PAGE),
    ),
  };
}
