/**
 * @module net/group
 * What all connections of one listener share: the handler, the limits, the turn, the sweeper, and the list of
 * those that are open.
 */

import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import type { CloseReason, ConnectionHandler, QueueLimits } from "./connection.ts";
import type { ListenOptions } from "./listener.ts";
import { DecoderPool } from "./reader.ts";
import { type Sweepable, Sweeper } from "./sweeper.ts";
import { Turn } from "./turn.ts";

/** A connection as its group sees it. */
export interface GroupMember extends Sweepable {
  /** Closes in good order: nothing more comes in, what is queued goes out. */
  end(reason: CloseReason): void;
}

export class ConnectionGroup<S> {
  readonly handler: ConnectionHandler<S>;
  readonly limits: QueueLimits;
  readonly clock: Clock;
  readonly log: Logger;
  readonly turn = new Turn();
  readonly decoders = new DecoderPool();
  readonly #members = new Set<GroupMember>();
  readonly #sweeper: Sweeper;
  readonly #maxConnections: number;
  readonly #admits: () => boolean;
  #emptied: (() => void) | undefined;

  constructor(options: ListenOptions<S>) {
    this.handler = options.handler;
    this.limits = options.limits;
    this.clock = options.clock;
    this.log = options.log;
    this.#maxConnections = options.maxConnections ?? Number.POSITIVE_INFINITY;
    this.#admits = options.admits ?? (() => true);
    this.#sweeper = new Sweeper(this.#members, options.clock, options.sweepIntervalMs ?? 500);
  }

  get size(): number {
    return this.#members.size;
  }

  /** Whether there is room for one more connection, which has been accepted. */
  admits(): boolean {
    return this.#members.size < this.#maxConnections && this.#admits();
  }

  add(connection: GroupMember): void {
    this.#members.add(connection);
  }

  delete(connection: GroupMember): void {
    this.#members.delete(connection);
    if (this.#members.size === 0) this.#emptied?.();
  }

  /** Ends all connections and resolves when none is left and the sweeper has stopped. */
  async endAll(): Promise<void> {
    const emptied = new Promise<void>((resolve) => {
      this.#emptied = resolve;
    });
    for (const connection of [...this.#members]) connection.end("shutdown");
    if (this.#members.size > 0) await emptied;
    this.#sweeper.stop();
  }
}
