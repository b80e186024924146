/**
 * @module chat/own-texts
 * Texts that a session sent itself: they come back to it as acknowledgements, not as texts.
 */
import type { Message } from "../domain/entities.ts";

export class OwnTexts {
  /** Client ids of those under way. */
  #under: Set<string> | undefined;
  /** Of those that were settled while a gap before them was still open: the store will hand them out once more. */
  #inGap: Set<string> | undefined;

  /** The session submits texts. */
  sending(clientIds: readonly string[]): void {
    this.#under ??= new Set();
    for (const id of clientIds) this.#under.add(id);
  }

  /** The submission is settled: its texts are behind the session's position, or were not stored. */
  sent(clientIds: readonly string[]): void {
    if (this.#under === undefined) return;
    for (const id of clientIds) this.#under.delete(id);
    if (this.#under.size === 0) this.#under = undefined;
  }

  rememberInGap(messages: readonly Message[]): void {
    this.#inGap ??= new Set();
    for (const message of messages) this.#inGap.add(message.clientId);
  }

  /** Nothing is missing any more. */
  gapsClosed(): void {
    this.#inGap = undefined;
  }

  has({ clientId }: Message): boolean {
    return this.#under?.has(clientId) === true || this.#inGap?.has(clientId) === true;
  }
}
