/**
 * @module chat/families/history
 * What was said: pages of a conversation, and the heads of all.
 */
import type { Conversations } from "../../services/conversations/conversations.ts";
import type { Messaging } from "../../services/messages/messaging.ts";
import { MAX_HISTORY_PAGE, MAX_PAGE } from "../../wire/sizes.ts";
import { conversationText, fitting, headBody, historyEntry } from "../bodies.ts";
import { startAtHead } from "../delivery.ts";
import { inTurn, pagePrice, type Rows, requireLogin, requireUser } from "./family.ts";
import { nextOf } from "./pages.ts";

export interface HistoryServices {
  readonly conversations: Pick<Conversations, "withPeer">;
  readonly messaging: Pick<Messaging, "history" | "heads">;
}

export function historyFamily({
  conversations,
  messaging,
}: HistoryServices): Rows<"HISTORYREQUEST" | "HEADSREQUEST"> {
  return {
    HISTORYREQUEST: inTurn(
      "history",
      async (session, { peer: peerText, after_seq: after, before_seq: before, limit = MAX_HISTORY_PAGE }) => {
        const { bound, delivery } = requireLogin(session);
        const peer = requireUser(peerText, "peer");
        const range = { after, before, limit: Math.min(limit, MAX_HISTORY_PAGE) };
        const { conversation } = await conversations.withPeer(bound.user, peer);
        const { messages, lastSeq } = await messaging.history(conversation, bound.user, range);
        // A page that is too long for a frame loses the end that is farther from where the reader stands.
        const entries = messages.map(historyEntry);
        const fit = after !== undefined ? fitting(entries) : fitting(entries.reverse()).reverse();
        if (after !== undefined) delivery.startAt(conversation, peer, Math.min(after, lastSeq));
        session.send("HISTORYRESPONSE", {
          error: 0,
          conversation: conversationText(conversation),
          peer: peerText,
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
        const page = await messaging.heads(bound.user, { cursor, limit: MAX_PAGE });
        for (const head of page.items) startAtHead(delivery, head, head.lastSeq);
        session.send("HEADSRESPONSE", { error: 0, heads: page.items.map(headBody), ...nextOf(page) });
      },
      () => pagePrice(undefined, MAX_PAGE),
    ),
  };
}
