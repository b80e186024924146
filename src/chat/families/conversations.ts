/**
 * @module chat/families/conversations
 * What concerns a conversation of any kind: who has got and read a message, and what one set for oneself.
 */
import type { Conversations } from "../../services/conversations/conversations.ts";
import type { Readers } from "../../services/conversations/readers.ts";
import type { Settings } from "../../services/conversations/settings.ts";
import type { Courier } from "../../services/delivery/courier.ts";
import type { Reader } from "../../store/store.ts";
import type { Body } from "../../wire/messages.ts";
import { MAX_PAGE } from "../../wire/sizes.ts";
import { idText } from "../bodies.ts";
import { nextOf, pageOfOneFrame } from "../pages.ts";
import { inTurn, pagePrice, type Rows, requireLogin, requirePlace } from "./family.ts";

export interface ConversationServices {
  readonly conversations: Pick<Conversations, "withPeer" | "byId">;
  readonly readers: Readers;
  readonly settings: Settings;
  readonly courier: Pick<Courier, "post">;
}

export function conversationFamily({
  conversations,
  readers,
  settings,
  courier,
}: ConversationServices): Rows<"READERS" | "CONVERSATIONSET"> {
  return {
    READERS: inTurn(
      "history",
      async (session, body) => {
        const { user } = requireLogin(session).bound;
        const { conversation } = await requirePlace(conversations, user, body);
        const { seq, cursor } = body;
        const read = (limit: number) => readers.of(conversation, user, seq, { cursor, limit });
        const page = await pageOfOneFrame(MAX_PAGE, read, readerEntry);
        session.send("READERSRESPONSE", {
          error: 0,
          delivered: page.read.delivered,
          read: page.read.read,
          members: page.items,
          ...nextOf(page),
        });
      },
      () => pagePrice(undefined, MAX_PAGE),
    ),

    CONVERSATIONSET: inTurn("other", async (session, body) => {
      const { bound } = requireLogin(session);
      const place = await requirePlace(conversations, bound.user, body);
      const { muted_until: mutedUntil, pinned, archived } = body;
      const patch = {
        ...(mutedUntil !== undefined && { mutedUntil }),
        ...(pinned !== undefined && { pinned }),
        ...(archived !== undefined && { archived }),
      };
      const events = await settings.set(place, bound.user, patch, bound.session);
      session.send("CONVERSATIONSETRESPONSE", { error: 0 });
      courier.post(events);
    }),
  };
}

function readerEntry({ user, delivered, read }: Reader): Body<"READERSRESPONSE">["members"][number] {
  return { uuid: idText(user), delivered, read };
}
