/**
 * @module net/listener
 * What both listeners take and give.
 */

import type { KeyPair } from "../lib/certificates.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import type { ConnectionHandler, QueueLimits } from "./connection.ts";

export interface ListenOptions<S> {
  /** The address to bind. */
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  /** TLS with what is current when the socket is opened; see `reopen`. */
  readonly tls?: { readonly current: KeyPair };
  readonly limits: QueueLimits;
  readonly handler: ConnectionHandler<S>;
  readonly clock: Clock;
  readonly log: Logger;
  /** A connection beyond so many is turned away as soon as it is accepted; unlimited unless given. */
  readonly maxConnections?: number;
  /** Asked for each connection that was accepted, whether it may stay; all may unless given. */
  readonly admits?: () => boolean;
  /** Bytes that tell a TCP client that it is turned away. */
  readonly refusal?: Uint8Array;
  /** Milliseconds between two looks at idle times and deadlines, so their precision too; 500 unless given. */
  readonly sweepIntervalMs?: number;
}

export interface Listener {
  /** What was bound. */
  readonly address: { readonly host: string; readonly port: number };
  /** How many connections are open or closing. */
  readonly connections: number;
  /**
   * Closes the listening socket, or opens it again at the same address; open connections go on.
   * @throws Error of the system when it cannot be opened
   */
  setAccepting(accepting: boolean): void;
  /**
   * Closes the listening socket and opens it again at once, so that new connections meet the TLS that is current now.
   * Open connections go on as they are; one that is just being made may be reset. Nothing happens while it is closed.
   * @throws Error of the system when it cannot be opened; it is closed then
   */
  reopen(): void;
  /** Closes the listening socket for good; open connections go on. */
  stopAccepting(): void;
  /**
   * Stops accepting, ends every connection with "shutdown" (what is queued is written first) and resolves when
   * the last is closed, CLOSE_GRACE_MS and one sweep from now at the latest.
   */
  stop(): Promise<void>;
}
