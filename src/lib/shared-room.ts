/**
 * @module lib/shared-room
 * Bounded room that several owners share. Nobody may hold more than is free, so one owner gets half of it at most,
 * two who want all of it a third each, and so on: whoever comes new finds room (the dynamic threshold of shared
 * buffers in switches). Nobody's share has to be configured, and a single owner on a quiet system has a large one.
 */
export class SharedRoom<Owner> {
  readonly #size: number;
  readonly #held = new Map<Owner, number>();
  #used = 0;

  constructor(size: number) {
    this.#size = size;
  }

  /** Takes room for `owner`. @returns false, and takes none, when that would be more than its share. */
  take(owner: Owner, amount: number): boolean {
    const held = (this.#held.get(owner) ?? 0) + amount;
    if (held > this.#size - this.#used) return false;
    this.#held.set(owner, held);
    this.#used += amount;
    return true;
  }

  /** Gives back what was taken. */
  give(owner: Owner, amount: number): void {
    const held = (this.#held.get(owner) ?? 0) - amount;
    if (held > 0) this.#held.set(owner, held);
    else this.#held.delete(owner);
    this.#used -= amount;
  }
}
