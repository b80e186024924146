/**
 * @module chat/dialects/protocol2/texts
 * A message as protocol 2 knows it: with its number, time and kind.
 */
import type { Message } from "../../../domain/entities.ts";
import type { UserId } from "../../../domain/ids.ts";
import type { PushedEntry } from "../../../wire/messages.ts";
import { besideContent, conversationText, idText, shownContent } from "../../bodies.ts";
import { type TextsFrame, textsFrame } from "../../texts-frame.ts";

export function numberedEntry(message: Message, receiver: UserId | undefined): PushedEntry {
  const { sender, clientId, body, seq, at } = message;
  return {
    msg_sender: idText(sender),
    ...(receiver !== undefined && { msg_receiver: idText(receiver) }),
    msg_id: clientId,
    msg_content: shownContent(body),
    seq,
    at,
    ...besideContent(message),
  };
}

export const numberedTexts: TextsFrame = (user, peer, messages) => {
  const [first] = messages;
  const fields = first && { conversation: conversationText(first.conversation) };
  return textsFrame(user, peer, messages, numberedEntry, fields);
};
