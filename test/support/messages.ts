/**
 * @module support/messages
 * Stored messages as tests need them.
 */
import type { Message } from "../../src/domain/entities.ts";
import { conversationId, userId } from "../../src/domain/ids.ts";

/** Messages of one sender with these seqs; the body is the seq. */
export function messagesOf(
  sender: number,
  seqs: readonly number[],
  body = (seq: number) => String(seq),
): Message[] {
  return seqs.map((seq) => ({
    conversation: conversationId(1),
    seq,
    sender: userId(sender),
    clientId: `{${sender}-${seq}}`,
    kind: "text",
    body: body(seq),
    at: 1_000 + seq,
  }));
}
