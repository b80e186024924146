/**
 * @module lib/reopenable
 * A listening socket that can be closed and opened again at the same port, while what came through it goes on.
 */

export interface ListeningKind<T> {
  /** Opens the socket. @throws Error of the system when it cannot be */
  open(port: number): T;
  /** The port that was bound. */
  portOf(listening: T): number;
  /** Closes the socket for new connections; resolves when those that came through it are gone, where that is known. */
  close(listening: T): Promise<void> | void;
}

export class Reopenable<T> {
  readonly #kind: ListeningKind<T>;
  #open: T | undefined;
  #ended = false;
  readonly #closing = new Map<T, Promise<void>>();
  /** As it was bound at first. */
  readonly port: number;
  /** What was opened first: asked for what does not change. */
  readonly first: T;

  /** @param port 0 for any free one, which is kept from then on. @throws Error of the system */
  constructor(port: number, kind: ListeningKind<T>) {
    this.#kind = kind;
    this.first = kind.open(port);
    this.#open = this.first;
    this.port = kind.portOf(this.first);
  }

  /** What is open, and what was closed and has connections still. */
  get all(): T[] {
    return this.#open === undefined ? [...this.#closing.keys()] : [this.#open, ...this.#closing.keys()];
  }

  /** Closes or opens the socket; nothing happens when it is so already, or was ended. @throws Error of the system */
  setAccepting(accepting: boolean): void {
    if (this.#ended || accepting === (this.#open !== undefined)) return;
    if (accepting) this.#open = this.#kind.open(this.port);
    else this.#close();
  }

  /**
   * Closes the socket and opens it again, so that what it is opened with takes effect; nothing happens while it is closed.
   * @throws Error of the system when it cannot be opened; it is closed then.
   */
  reopen(): void {
    if (this.#open === undefined) return;
    this.#close();
    this.#open = this.#kind.open(this.port);
  }

  /** Closes it for good. Resolves when the connections are gone, where that is known. */
  async end(): Promise<void> {
    this.#ended = true;
    this.#close();
    await Promise.all(this.#closing.values());
  }

  #close(): void {
    const closing = this.#open;
    if (closing === undefined) return;
    this.#open = undefined;
    const closed = Promise.resolve(this.#kind.close(closing)).finally(() => this.#closing.delete(closing));
    this.#closing.set(closing, closed);
  }
}
