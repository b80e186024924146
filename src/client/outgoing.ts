/**
 * @module client/outgoing
 * A text on its way: what it is made of, what is wrong with it before it is sent, and how many fit one frame.
 */
import { Code } from "../wire/codes.ts";
import { MAX_BODY_BYTES } from "../wire/frame.ts";
import { isContentTooLarge, MAX_CLIENT_ID, MAX_TEXTS, utf8Length } from "../wire/sizes.ts";
import type { Address } from "./addresses.ts";
import { ChatError } from "./errors.ts";

/** What a message says: a text, unless it is of another kind (wire/kinds). */
export interface Content {
  readonly content: string;
  readonly kind?: string;
  /** What its kind has beside the content. */
  readonly data?: unknown;
  /** The seq of the message that it answers. */
  readonly replyTo?: number;
}

/** A message on its way. */
export interface OutgoingText extends Content {
  readonly to: Address;
  readonly id: string;
}

/** What the server says of a text it has committed. */
export interface SendReceipt {
  readonly id: string;
  readonly seq: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** It was committed before, by an earlier attempt; `seq` and `at` are the first ones. */
  readonly duplicate: boolean;
}

/** A text, and who waits for its fate. */
export interface Entry extends OutgoingText {
  /** Bytes it takes in a frame, at most. */
  readonly bytes: number;
  resolve(receipt: SendReceipt): void;
  reject(error: ChatError): void;
}

/** The text of an entry, and nothing of who waits for it. */
export function textOf({ bytes: _, resolve: __, reject: ___, ...text }: Entry): OutgoingText {
  return text;
}

/** Room for ids, field names and punctuation of one text, and of the frame around them. */
const ENTRY_OVERHEAD = 240;

/** Bytes that a text takes in a frame, at most. */
export const bytesOf = ({ content, data = "" }: OutgoingText): number =>
  utf8Length(JSON.stringify([content, data])) + ENTRY_OVERHEAD;

/** The first texts of a queue that fit one frame; at least one. */
export function firstThatFit<T extends { readonly bytes: number }>(queue: readonly T[]): T[] {
  let bytes = ENTRY_OVERHEAD;
  let count = 0;
  for (const entry of queue) {
    bytes += entry.bytes;
    if (count > 0 && (bytes > MAX_BODY_BYTES || count === MAX_TEXTS)) break;
    count += 1;
  }
  return queue.slice(0, count);
}

/** What is wrong with a text, told before it is sent. */
export function problemOf({ to, id, content }: OutgoingText): ChatError | undefined {
  if (typeof to === "string" && !/^[1-9][0-9]{0,9}$/.test(to))
    return new ChatError(Code.INVALID_FIELD, { field: "text_receiver" });
  if (id.length < 1 || id.length > MAX_CLIENT_ID)
    return new ChatError(Code.INVALID_FIELD, { field: "msg_id" });
  if (isContentTooLarge(content)) return new ChatError(Code.TOO_LARGE, { field: "msg_content" });
  return undefined;
}
