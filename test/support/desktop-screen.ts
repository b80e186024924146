/**
 * @module support/desktop-screen
 * How the original's desktop client is busy, as it was measured: every text, come or sent, makes it lay out all bubbles of
 * that friend's transcript again. A frame that arrives meanwhile hangs it. Texts that come in one 19 are laid out one after
 * the other, too, which took a tenth of the time: 81 of them 452 ms.
 */

/** Milliseconds that one bubble takes on a machine that does nothing else, and on a busy one. */
export const IDLE_MS = 1.3;
export const LOADED_MS = 6;

export class DesktopScreen {
  readonly #msPerBubble: number;
  readonly #mergedShare: number;
  readonly #bubbles = new Map<string, number>();
  #busyUntil = 0;

  /** @param mergedShare what the further texts of a 19 take, of what they would take one by one. */
  constructor(msPerBubble: number, mergedShare = 0.1) {
    this.#msPerBubble = msPerBubble;
    this.#mergedShare = mergedShare;
  }

  /** When it is through with what it has to lay out. */
  get busyUntil(): number {
    return this.#busyUntil;
  }

  isBusy(now: number): boolean {
    return now < this.#busyUntil;
  }

  /** Shows texts of the conversation with a friend. */
  show(now: number, friend: string, texts: number): void {
    let bubbles = this.#bubbles.get(friend) ?? 0;
    let layouts = 0;
    for (let left = texts; left > 0; left--) layouts += ++bubbles * (left === 1 ? 1 : this.#mergedShare);
    this.#bubbles.set(friend, bubbles);
    this.#busyUntil = Math.max(now, this.#busyUntil) + layouts * this.#msPerBubble;
  }
}
