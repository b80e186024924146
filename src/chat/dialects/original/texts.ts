/**
 * @module chat/dialects/original/texts
 * A message as the original's clients know it: each is a text, without number, time or kind.
 */
import type { Message } from "../../../domain/entities.ts";
import type { UserId } from "../../../domain/ids.ts";
import { kindSpec } from "../../../wire/kinds.ts";
import type { PushedEntry } from "../../../wire/messages.ts";
import { idText, shownContent } from "../../bodies.ts";
import { type TextsFrame, textsFrame } from "../../texts-frame.ts";

export function originalEntry(
  { sender, clientId, kind, body, data }: Message,
  receiver: UserId | undefined,
): PushedEntry {
  return {
    msg_sender: idText(sender),
    ...(receiver !== undefined && { msg_receiver: idText(receiver) }),
    msg_id: clientId,
    msg_content: shownContent(kindSpec(kind).fallback({ body, data }) ?? ""),
  };
}

/** Whether its clients can show anything of a message. */
export const showsSomething = ({ kind, body, data }: Message): boolean =>
  kindSpec(kind).fallback({ body, data }) !== undefined;

export const originalTexts: TextsFrame = (user, peer, messages) =>
  textsFrame(user, peer, messages, originalEntry);
