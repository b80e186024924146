/**
 * @module chat/waiting-room
 * Connections that have not logged in yet, by the address they come from. Whoever means to log in does so within
 * milliseconds; who opens connections and says nothing takes room from the others. So the oldest of an address
 * makes room for its next, and the oldest of all for anybody's when the process has no room left.
 */

/** A connection, as far as waiting is concerned. */
export interface Waiting {
  readonly remoteAddress: string;
  destroy(reason: "deadline"): void;
}

/** One that waits no longer than this is not sent away for somebody else, milliseconds. */
const MIN_WAIT_MS = 500;

export class WaitingRoom<C extends Waiting> {
  readonly #perAddress: number;
  readonly #now: () => number;
  /** All of them, the oldest first, and since when they wait. */
  readonly #since = new Map<C, number>();
  readonly #byAddress = new Map<string, Set<C>>();

  /** @param perAddress how many of one address may wait at once; @param now milliseconds that never step */
  constructor(perAddress: number, now: () => number) {
    this.#perAddress = perAddress;
    this.#now = now;
  }

  get size(): number {
    return this.#since.size;
  }

  /** A connection was opened; the oldest of its address is cut when it is one too many. */
  enter(connection: C): void {
    const { remoteAddress } = connection;
    const others = this.#byAddress.get(remoteAddress) ?? new Set();
    const [oldest] = others;
    if (oldest !== undefined && others.size >= this.#perAddress) this.#cut(oldest);
    others.add(connection);
    this.#byAddress.set(remoteAddress, others);
    this.#since.set(connection, this.#now());
  }

  /** It has logged in or is gone; nothing happens when it was not here. */
  leave(connection: C): void {
    if (!this.#since.delete(connection)) return;
    const others = this.#byAddress.get(connection.remoteAddress);
    others?.delete(connection);
    if (others?.size === 0) this.#byAddress.delete(connection.remoteAddress);
  }

  /** Cuts the one that has waited longest. @returns false when none has waited long enough for that */
  makeRoom(): boolean {
    const [oldest] = this.#since;
    if (oldest === undefined || this.#now() - oldest[1] < MIN_WAIT_MS) return false;
    this.#cut(oldest[0]);
    return true;
  }

  #cut(connection: C): void {
    this.leave(connection);
    connection.destroy("deadline");
  }
}
