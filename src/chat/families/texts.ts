/**
 * @module chat/families/texts
 * Texts to a friend.
 */
import { AppError } from "../../domain/error.ts";
import { after } from "../../lib/at-once.ts";
import type { Conversations, Place } from "../../services/conversations/conversations.ts";
import type { Messaging, SendResult } from "../../services/messages/messaging.ts";
import type { Request } from "../../wire/messages.ts";
import type { Dialect } from "../dialects/dialect.ts";
import type { ChatSession } from "../session.ts";
import { atOnce, type Rows, requireLogin, requireSelf, requireUser } from "./family.ts";

export interface TextServices {
  readonly conversations: Pick<Conversations, "withPeer">;
  readonly messaging: Pick<Messaging, "send">;
}

type Texts = Request<"TEXTCHATMSGREQUEST">;

/**
 * Answered once, after the commit. Returns without waiting for it: the committer keeps the order, and a
 * session may have many texts under way.
 */
export function textFamily({ conversations, messaging }: TextServices): Rows<"TEXTCHATMSGREQUEST"> {
  return {
    TEXTCHATMSGREQUEST: atOnce(
      "text",
      (session, body) => {
        const sender = requireSelf(session, body.text_sender, "text_sender");
        const { bound, delivery, outbox, dialect } = requireLogin(session);
        const receiver = requireUser(body.text_receiver, "text_receiver");
        requireOnePair(body);
        const texts = body.text_msg.map((entry) => ({ clientId: entry.msg_id, body: entry.msg_content }));
        const ids = texts.map((entry) => entry.clientId);
        return after(conversations.withPeer(sender, receiver), (place) => {
          outbox.heardTexts(receiver, texts.length);
          delivery.sending(ids);
          session.texts++;
          messaging.send(sender, bound.session, place, texts, (result) => {
            delivery.sent(ids);
            session.texts--;
            if (session.isOpen) answerTexts(session, dialect, place, body, result);
            session.settle();
          });
        });
      },
      ({ text_msg }) => text_msg.length - 1,
    ),
  };
}

/** Each entry is from and to whom the frame is. @throws AppError INVALID_FIELD */
function requireOnePair({ text_sender, text_receiver, text_msg }: Texts): void {
  for (const [index, entry] of text_msg.entries()) {
    if (entry.msg_sender !== text_sender) throw wrongEntry(index, "msg_sender");
    if (entry.msg_receiver !== text_receiver) throw wrongEntry(index, "msg_receiver");
  }
}

function wrongEntry(index: number, field: string): AppError {
  return new AppError("INVALID_FIELD", {
    field: `text_msg[${index}].${field}`,
    detail: "not as the frame says",
  });
}

function answerTexts(
  session: ChatSession,
  dialect: Dialect,
  { conversation }: Place,
  { text_sender, text_receiver }: Texts,
  { error, receipts }: SendResult,
): void {
  session.send("TEXTCHATMSGRESPONSE", {
    ...(error === undefined ? { error: 0 } : dialect.failure(error)),
    text_sender,
    text_receiver,
    ...dialect.stored(conversation, receipts),
  });
}
