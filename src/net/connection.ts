/**
 * @module net/connection
 * What a connection looks like to who uses it, whatever carries it (TCP or WebSocket). Here are bytes, frames
 * and connections; what a frame means and whose connection it is, others know.
 *
 * Every callback runs on the one thread of the process. A callback that throws costs its own connection
 * (reason "error") and nobody else's.
 */

/**
 * Why a connection was closed: the peer closed it; the network or a handler failed; nothing arrived for
 * `idleTimeoutMs`; `deadlineAt` passed; the peer did not read what was queued for it; it sent what is no frame;
 * we ended it in good order; this process stops.
 */
export type CloseReason =
  | "peer"
  | "error"
  | "idle"
  | "deadline"
  | "overflow"
  | "protocol"
  | "ended"
  | "shutdown";

/** What happens to the connections of one listener. `S` is what its user hangs on each of them. */
export interface ConnectionHandler<S> {
  /** A connection is open (its handshakes are over); returns what hangs on it (`connection.state`). */
  opened(connection: Connection<S>): S;
  /** One whole frame, in order. `body` is valid during the call only. */
  frame(connection: Connection<S>, id: number, body: Uint8Array): void;
  /**
   * Called once, behind the last frame: the peer has sent its last ("peer"), or what follows is no frame ("protocol").
   * What was handed out may still be answered; then the handler calls `end`. It is ended ANSWER_GRACE_MS later at
   * the latest.
   */
  finished(connection: Connection<S>, reason: "peer" | "protocol"): void;
  /**
   * Called exactly once, after the last `frame()`, and never from within a call of a connection's method:
   * a `send` that overflows or a `destroy` reports it in a later microtask. Not called when `opened` threw.
   */
  closed(connection: Connection<S>, reason: CloseReason): void;
}

export interface Connection<S> {
  /** What `opened` returned. */
  state: S;
  /** The peer's IP address; an IPv4 address in its own form. */
  readonly remoteAddress: string;
  readonly kind: "tcp" | "ws";
  /** False once it is closed or closing: nothing is sent any more. */
  readonly isOpen: boolean;
  /** Frames queued and not yet taken by the kernel. */
  readonly queuedFrames: number;
  /** Bytes queued and not yet taken by the kernel. */
  readonly queuedBytes: number;
  /** How full its queue is: from 0 to 1, where it is cut. */
  readonly queueShare: number;
  /**
   * Whether the peer's machine has acknowledged all that was sent; undefined where that cannot be told. It says nothing
   * of the program there, which need not have read it. Once the peer has closed its side: how it was then.
   */
  readonly acknowledged: boolean | undefined;
  /** Whether the peer has closed its side in good order. With something left to read, its system resets the connection. */
  readonly peerEnded: boolean;
  /**
   * Queues one whole frame, which must not be changed afterwards. It is written at the end of this turn of the
   * event loop, together with what else was queued, in as few writes as possible.
   * @returns false when the connection is not open, or was cut because the queue passed the listener's limits.
   */
  send(frame: Uint8Array): boolean;
  /** Writes all that is queued now, in one write as far as the kernel takes it, without waiting for the turn's end. */
  flush(): void;
  /** Calls back once, in a microtask, as soon as nothing is queued. Never after the connection began to close. */
  whenDrained(callback: () => void): void;
  /**
   * Hands out no more frames; what arrives is read and dropped. What was handed out may still be answered, until
   * `end`, or ANSWER_GRACE_MS from now. Nothing happens when the peer has finished already.
   */
  finish(reason: CloseReason): void;
  /**
   * Writes what is queued, then closes. Frames that arrive meanwhile are dropped. A peer that has not read
   * everything, or not closed its own side, CLOSE_GRACE_MS later is cut.
   */
  end(reason: CloseReason): void;
  /** Cuts at once; what is queued is lost. */
  destroy(reason: CloseReason): void;
  /**
   * Stops reading: the peer's writes back up, and no `frame()` is called until `resumeReading`. Frames that had
   * arrived already wait meanwhile; they are lost if the connection is.
   */
  pauseReading(): void;
  /** Reads on, beginning (in a microtask) with the frames that had arrived already. */
  resumeReading(): void;
  /** Milliseconds without a byte from the peer after which it is cut; 0 (the default) is never. Paused time is free. */
  idleTimeoutMs: number;
  /** When it is cut whatever happens (`monotonic` of the listener's clock); 0 (the default) is never. */
  deadlineAt: number;
}

/** How much may be queued for one peer that does not read, before it is cut. */
export interface QueueLimits {
  readonly frames: number;
  readonly bytes: number;
}

/** Milliseconds that frames handed out may take to be answered when no more follow: as long as a call to the store may. */
export const ANSWER_GRACE_MS = 10_000;

/** Milliseconds that `end` gives the peer to read the rest and to close its side. */
export const CLOSE_GRACE_MS = 5_000;
