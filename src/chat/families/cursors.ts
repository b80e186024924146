/**
 * @module chat/families/cursors
 * What a client acknowledges.
 */
import { after } from "../../lib/at-once.ts";
import type { Conversations } from "../../services/conversations/conversations.ts";
import type { Cursors } from "../../services/conversations/cursors.ts";
import { atOnce, type Rows, requireLogin, requirePlace } from "./family.ts";

export interface CursorServices {
  readonly conversations: Pick<Conversations, "withPeer" | "byId">;
  readonly cursors: Pick<Cursors, "move">;
}

export function cursorFamily({ conversations, cursors }: CursorServices): Rows<"ACK"> {
  return {
    ACK: atOnce("cursor", (session, body) => {
      const { bound, delivery } = requireLogin(session);
      const { delivered_seq: delivered, read_seq: read } = body;
      return after(requirePlace(conversations, bound.user, body), ({ conversation }) => {
        delivery.acknowledged(conversation, { deliveredSeq: delivered ?? 0, readSeq: read ?? 0 });
        cursors.move(conversation, bound.user, { delivered, read }, bound.session);
      });
    }),
  };
}
