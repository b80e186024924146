/**
 * @module chat/families/texts
 * Texts to a friend or a group.
 */
import { AppError } from "../../domain/error.ts";
import type { UserId } from "../../domain/ids.ts";
import { after } from "../../lib/at-once.ts";
import type { Conversations, Place } from "../../services/conversations/conversations.ts";
import type { Messaging, OutgoingText, SendResult } from "../../services/messages/messaging.ts";
import { knownKind } from "../../wire/kinds.ts";
import type { Request } from "../../wire/messages.ts";
import type { Dialect } from "../dialects/dialect.ts";
import type { ChatSession } from "../session.ts";
import { atOnce, type Rows, requireLogin, requirePlace, requireSelf } from "./family.ts";

export interface TextServices {
  readonly conversations: Pick<Conversations, "withPeer" | "byId">;
  readonly messaging: Pick<Messaging, "send">;
}

type Texts = Request<"TEXTCHATMSGREQUEST">;
type Entry = Texts["text_msg"][number];

/**
 * Answered once, after the commit. Returns without waiting for it: the committer keeps the order, and a
 * session may have many texts under way.
 */
export function textFamily({ conversations, messaging }: TextServices): Rows<"TEXTCHATMSGREQUEST"> {
  return {
    TEXTCHATMSGREQUEST: atOnce(
      "text",
      (session, body) => {
        const { bound, delivery, outbox, dialect } = requireLogin(session);
        const place = placeOf(conversations, session, body);
        const texts = body.text_msg.map(outgoing);
        const ids = texts.map((entry) => entry.clientId);
        return after(place, (at) => {
          if (at.peer !== undefined) outbox.heardTexts(at.peer, texts.length);
          delivery.sending(ids);
          session.texts++;
          messaging.send(bound.user, bound.session, at, texts, (result) => {
            delivery.sent(ids);
            session.texts--;
            if (session.isOpen) answerTexts(session, dialect, at, body, result);
            session.settle();
          });
        });
      },
      ({ text_msg }) => text_msg.length - 1,
    ),
  };
}

/** Where the texts go. Whoever they say that they are from or to must be so. @throws AppError INVALID_FIELD */
function placeOf(
  conversations: TextServices["conversations"],
  session: ChatSession,
  body: Texts,
): Place | Promise<Place> {
  const { text_sender, text_receiver, conversation, text_msg } = body;
  const user: UserId = requireLogin(session).bound.user;
  if (conversation === undefined || text_sender !== undefined)
    requireSelf(session, text_sender ?? "", "text_sender");
  if (conversation === undefined && text_receiver === undefined)
    throw new AppError("INVALID_FIELD", { field: "text_receiver" });
  const self = text_sender ?? String(user);
  for (const [index, { msg_sender, msg_receiver }] of text_msg.entries()) {
    // Only the original's contract has each entry repeat them.
    if (msg_sender !== self && (conversation === undefined || msg_sender !== undefined))
      throw wrongEntry(index, "msg_sender");
    if (msg_receiver !== text_receiver) throw wrongEntry(index, "msg_receiver");
  }
  return requirePlace(conversations, user, { peer: text_receiver, conversation });
}

function wrongEntry(index: number, field: string, detail = "not as the frame says"): AppError {
  return new AppError("INVALID_FIELD", { field: `text_msg[${index}].${field}`, detail });
}

/** @throws AppError INVALID_FIELD, SchemaError for a kind that no client makes, or whose data is not its own */
function outgoing(
  { msg_id: clientId, msg_content: body, kind, data, reply_to }: Entry,
  index: number,
): OutgoingText {
  if (kind === undefined && data === undefined && reply_to === undefined) return { clientId, body };
  const spec = knownKind(kind ?? "text");
  if (spec === undefined || spec.madeBy !== "client")
    throw wrongEntry(index, "kind", "no kind of a client's");
  if (spec.data === undefined && data !== undefined) throw wrongEntry(index, "data", "its kind has none");
  if (!spec.hasText && body !== "") throw wrongEntry(index, "msg_content", "its kind says nothing");
  const checked = spec.data?.check(data, `text_msg[${index}].data`);
  return {
    clientId,
    body,
    ...(kind !== undefined && { kind }),
    ...(checked !== undefined && { data: checked }),
    ...(reply_to !== undefined && { replyTo: reply_to }),
  };
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
    // What is absent is not written.
    text_sender,
    text_receiver,
    ...dialect.stored(conversation, receipts),
  });
}
