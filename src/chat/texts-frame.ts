/**
 * @module chat/texts-frame
 * Messages as one 19, however each of them is written.
 */
import type { Message } from "../domain/entities.ts";
import type { UserId } from "../domain/ids.ts";
import { encodeFrame } from "../wire/frame.ts";
import { ServiceId } from "../wire/ids.ts";
import type { PushedEntry } from "../wire/messages.ts";
import { idText, jsonBytes, LIST_BUDGET_BYTES } from "./bodies.ts";

/**
 * The 19 that carries messages of one sender to `user`'s session; `peer` is the other member of a direct conversation.
 * It is the same for every session that is sent the same messages.
 */
export type TextsFrame = (user: UserId, peer: UserId | undefined, messages: readonly Message[]) => Uint8Array;

/** @param fields what the frame says of all of them */
export function textsFrame(
  user: UserId,
  peer: UserId | undefined,
  messages: readonly Message[],
  entryOf: (message: Message, receiver: UserId | undefined) => PushedEntry,
  fields?: object,
): Uint8Array {
  const sender = messages[0]?.sender ?? user;
  const receiver = peer === undefined || sender === user ? peer : user;
  return encodeFrame(ServiceId.TEXTCHATMSGICOMINGREQUEST, {
    error: 0,
    ...fields,
    text_sender: idText(sender),
    ...(receiver !== undefined && { text_receiver: idText(receiver) }),
    text_msg: messages.map((message) => entryOf(message, receiver)),
  });
}

/**
 * Encodes the frame once for all who are sent the very same list: of a group the sessions of all its members, of a pair
 * those of both sides.
 */
export function sharedFrames(frameOf: TextsFrame): TextsFrame {
  let last: readonly Message[] | undefined;
  let frame: Uint8Array = new Uint8Array();
  return (user, peer, messages) => {
    if (messages !== last) {
      frame = frameOf(user, peer, messages);
      last = messages;
    }
    return frame;
  };
}

/** A text whose frame surely fits: JSON needs at most 6 bytes per UTF-16 unit. */
const SURELY_FITS = Math.floor(LIST_BUDGET_BYTES / 6);
/** Ids and field names of one entry, generously. */
export const ENTRY_OVERHEAD = 300;

/** The first of the messages that go into one 19 together. */
export function takeOneFrame(messages: readonly Message[]): readonly Message[] {
  let units = 0;
  for (const { body, data } of messages) units += body.length + dataLength(data) + ENTRY_OVERHEAD;
  if (units <= SURELY_FITS) return messages;
  let room = LIST_BUDGET_BYTES;
  const end = messages.findIndex(({ body, data }) => {
    room -= jsonBytes(body) + dataLength(data) + ENTRY_OVERHEAD;
    return room < 0;
  });
  // One text always fits: what came in one frame leaves in one (see families/texts).
  return end === -1 ? messages : messages.slice(0, Math.max(1, end));
}

/** Bytes of what a kind has beside its text: names are ids or words, and short. */
const dataLength = (data: unknown): number => (data === undefined ? 0 : jsonBytes(data));
