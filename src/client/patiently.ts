/**
 * @module client/patiently
 * Reads that part of the catching up depends on.
 */
import { toChatError } from "./errors.ts";
import type { Link } from "./link.ts";

/** The least wait before it is tried again, milliseconds. */
const RETRY_MS = 200;

/**
 * Repeats a read that fails for the moment, as long as its connection is there.
 * @throws ChatError what will not get better, or the loss of the connection.
 */
export async function patiently<T>(link: Link | undefined, read: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await read();
    } catch (thrown) {
      const error = toChatError(thrown);
      if (!error.retryable || !link?.open) throw error;
      const wait = Math.max(error.retryAfterMs ?? 0, RETRY_MS);
      await new Promise((resolve) => setTimeout(resolve, wait));
      if (!link.open) throw error;
    }
  }
}
