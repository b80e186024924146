/**
 * @module chat/handlers/texts
 * Texts and what belongs to them: history, heads, acknowledgements, "is writing".
 */
import { AppError } from "../../domain/error.ts";
import { after } from "../../lib/at-once.ts";
import { only } from "../../services/delivery/events.ts";
import type { SendResult } from "../../services/messages/messaging.ts";
import type { Request } from "../../wire/messages.ts";
import { MAX_HISTORY_PAGE, MAX_PAGE } from "../../wire/sizes.ts";
import { conversationText, failureBody, fitting, headBody, historyEntry } from "../bodies.ts";
import { startAtHead } from "../delivery.ts";
import { type Handler, requireLogin, requireSelf, requireUser } from "../handler.ts";
import type { ChatSession } from "../session.ts";

/**
 * Answered once, after the commit. Returns without waiting for it: the committer keeps the order, and a
 * session may have many texts under way.
 */
export const text: Handler<"TEXTCHATMSGREQUEST"> = (context, session, body) => {
  const sender = requireSelf(session, body.text_sender, "text_sender");
  const { bound, delivery, outbox } = requireLogin(session);
  const receiver = requireUser(body.text_receiver, "text_receiver");
  for (const [index, entry] of body.text_msg.entries()) {
    if (entry.msg_sender !== body.text_sender) throw wrongEntry(index, "msg_sender");
    if (entry.msg_receiver !== body.text_receiver) throw wrongEntry(index, "msg_receiver");
  }
  const texts = body.text_msg.map((entry) => ({ clientId: entry.msg_id, body: entry.msg_content }));
  const ids = texts.map((entry) => entry.clientId);
  return after(context.conversations.withPeer(sender, receiver), (place) => {
    outbox.heardTexts(receiver, texts.length);
    delivery.sending(ids);
    session.texts++;
    context.messaging.send(sender, bound.session, place, texts, (result) => {
      delivery.sent(ids);
      session.texts--;
      if (session.isOpen) answerText(session, body, result);
      session.settle();
    });
  });
};

function answerText(
  session: ChatSession,
  { text_sender, text_receiver }: Request<"TEXTCHATMSGREQUEST">,
  { error, receipts }: SendResult,
): void {
  session.send("TEXTCHATMSGRESPONSE", {
    ...(error === undefined ? { error: 0 } : failureBody(error, session.proto)),
    text_sender,
    text_receiver,
    ...(session.proto === 2 && {
      acks: receipts.map(({ clientId, seq, at, duplicate }) => ({
        msg_id: clientId,
        seq,
        at,
        ...(duplicate && { duplicate }),
      })),
    }),
  });
}

export const history: Handler<"HISTORYREQUEST"> = async (context, session, body) => {
  const { bound, delivery } = requireLogin(session);
  const peer = requireUser(body.peer, "peer");
  const limit = Math.min(body.limit ?? MAX_HISTORY_PAGE, MAX_HISTORY_PAGE);
  const range = { after: body.after_seq, before: body.before_seq, limit };
  const { conversation } = await context.conversations.withPeer(bound.user, peer);
  const { messages, lastSeq } = await context.messaging.history(conversation, bound.user, range);
  // A page that is too long for a frame loses the end that is farther from where the reader stands.
  const forward = body.after_seq !== undefined;
  const entries = messages.map(historyEntry);
  const fit = forward ? fitting(entries) : fitting(entries.reverse()).reverse();
  if (body.after_seq !== undefined) delivery.startAt(conversation, peer, Math.min(body.after_seq, lastSeq));
  session.send("HISTORYRESPONSE", {
    error: 0,
    conversation: conversationText(conversation),
    peer: body.peer,
    messages: fit,
    last_seq: lastSeq,
  });
};

export const heads: Handler<"HEADSREQUEST"> = async (context, session, body) => {
  const { bound, delivery } = requireLogin(session);
  const page = await context.messaging.heads(bound.user, { cursor: body.cursor, limit: MAX_PAGE });
  for (const head of page.items) startAtHead(delivery, head, head.lastSeq);
  session.send("HEADSRESPONSE", {
    error: 0,
    heads: page.items.map(headBody),
    ...(page.next !== undefined && { next: page.next }),
  });
};

export const ack: Handler<"ACK"> = (context, session, body) => {
  const { bound, delivery } = requireLogin(session);
  const { delivered_seq: delivered, read_seq: read } = body;
  const place = context.conversations.withPeer(bound.user, requireUser(body.peer, "peer"));
  return after(place, ({ conversation }) => {
    delivery.acknowledged(conversation, { deliveredSeq: delivered ?? 0, readSeq: read ?? 0 });
    context.cursors.move(conversation, bound.user, { delivered, read }, bound.session);
  });
};

export const typing: Handler<"TYPING"> = async (context, session, body) => {
  const { user } = requireLogin(session).bound;
  const peer = requireUser(body.peer, "peer");
  await context.friends.requireReachable(user, peer);
  const { conversation } = await context.conversations.withPeer(user, peer);
  context.courier.post([{ type: "typing", audience: only(peer), conversation, from: user }]);
};

function wrongEntry(index: number, field: string): AppError {
  return new AppError("INVALID_FIELD", {
    field: `text_msg[${index}].${field}`,
    detail: "not as the frame says",
  });
}
