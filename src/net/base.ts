/**
 * @module net/base
 * What a connection is apart from its transport: its queue, its place in the turn, its limits of time, the
 * containment of a failing handler, and the one way in which it ends. tcp.ts and ws.ts add the socket.
 *
 * A connection is OPEN, then ENDING (no frame goes in or out any more; the queue is written, then the
 * transport closed), then CLOSED; a cut goes from either straight to CLOSED.
 *
 * Sessions are many and mostly idle, so everything that only an active connection needs (queue, decoder,
 * callbacks) is made when needed and dropped after use.
 */

import { type FrameDecoder, FrameError } from "../wire/frame.ts";
import { CLOSE_GRACE_MS, type CloseReason, type Connection } from "./connection.ts";
import type { ConnectionGroup } from "./group.ts";
import { HeldBytes } from "./held.ts";
import { FrameQueue } from "./queue.ts";

const OPEN = 0;
const ENDING = 1;
const CLOSED = 2;

export abstract class BaseConnection<S> implements Connection<S> {
  abstract readonly kind: "tcp" | "ws";
  abstract readonly remoteAddress: string;
  declare state: S;
  idleTimeoutMs = 0;
  deadlineAt = 0;

  protected readonly group: ConnectionGroup<S>;
  #phase: typeof OPEN | typeof ENDING | typeof CLOSED = OPEN;
  #reason: CloseReason = "peer";
  /** Whether the handler knows of this connection, so is told of its end. */
  #announced = false;
  #lastReadAt: number;

  #queue: FrameQueue | undefined;
  /** The kernel takes no more until `writable`. */
  #blocked = false;
  #drained: (() => void)[] | undefined;

  /** Holds the beginning of an incomplete frame. */
  #decoder: FrameDecoder | undefined;
  #paused = false;
  /** Bytes that arrived while reading was paused, not decoded yet. */
  #held: HeldBytes | undefined;
  /** The peer closed its side while reading was paused. */
  #heldEnd = false;

  constructor(group: ConnectionGroup<S>) {
    this.group = group;
    this.#lastReadAt = group.clock.now();
  }

  // What a transport does.

  /**
   * Writes from the queue, taking off what was written, until it is empty or the kernel takes no more.
   * @returns whether all was taken; if not, the transport calls `writable` later.
   */
  protected abstract transmit(queue: FrameQueue): boolean;
  /** Begins to close in good order; everything was written. The transport calls `gone` when it is closed. */
  protected abstract shutdown(reason: CloseReason): void;
  /** Closes at once. */
  protected abstract cut(): void;
  protected abstract setReading(reading: boolean): void;
  /** Bytes that the transport itself holds because the kernel does not take them. */
  protected get transportBytes(): number {
    return 0;
  }

  // What a transport reports.

  /** A peer was accepted; it counts, and its deadline runs, from here on. */
  accepted(): void {
    this.group.add(this);
  }

  /** The transport carries bytes. */
  opened(): void {
    this.#guarded(() => {
      this.state = this.group.handler.opened(this);
      this.#announced = true;
    });
  }

  /** Bytes arrived; they are not kept after the call. */
  received(chunk: Uint8Array): void {
    this.touch();
    if (this.#phase !== OPEN) return;
    const taken = this.#paused || this.#held !== undefined ? 0 : this.#decode(chunk);
    if (taken < chunk.length && this.#phase === OPEN) this.#hold(chunk.subarray(taken));
  }

  /** The peer is alive. */
  touch(): void {
    this.#lastReadAt = this.group.clock.now();
  }

  /** What arrived cannot be a frame. */
  malformed(): void {
    if (this.#phase !== OPEN) return;
    this.#guarded(() => this.group.handler.broken(this));
    this.end("protocol");
  }

  /** The kernel takes bytes again. */
  writable(): void {
    this.#blocked = false;
    this.flush();
  }

  /** The peer sends no more. */
  peerEnded(): void {
    if (this.#paused || this.#held !== undefined) this.#heldEnd = true;
    else this.end("peer");
  }

  /** The transport is closed, by whomever. `reason` holds if none was given before. */
  gone(reason: CloseReason): void {
    if (this.#phase === CLOSED) return;
    if (this.#phase === OPEN) this.#reason = reason;
    this.#phase = CLOSED;
    this.#release();
    this.group.delete(this);
    if (!this.#announced) return;
    queueMicrotask(() => this.#guarded(() => this.group.handler.closed(this, this.#reason)));
  }

  // What its user sees.

  get isOpen(): boolean {
    return this.#phase === OPEN;
  }

  get queuedFrames(): number {
    return this.#queue?.length ?? 0;
  }

  get queuedBytes(): number {
    return (this.#queue?.bytes ?? 0) + this.transportBytes;
  }

  send(frame: Uint8Array): boolean {
    if (this.#phase !== OPEN) return false;
    if (this.#isOver(frame)) {
      // A burst within one turn is not the peer's fault: only what the kernel does not take counts.
      this.flush();
      if (this.#isOver(frame)) this.destroy("overflow");
      if (!this.isOpen) return false;
    }
    if (this.#queue === undefined) {
      this.#queue = new FrameQueue();
      this.group.turn.add(this);
    }
    this.#queue.push(frame);
    return true;
  }

  #isOver(frame: Uint8Array): boolean {
    const { frames, bytes } = this.group.limits;
    return this.queuedFrames >= frames || this.queuedBytes + frame.length > bytes;
  }

  flush(): void {
    if (this.#queue === undefined || this.#blocked || this.#phase === CLOSED) return;
    this.#blocked = !this.transmit(this.#queue);
    if (!this.#blocked) this.#emptied();
  }

  /** Everything is written. */
  #emptied(): void {
    this.#queue = undefined;
    const callbacks = this.#drained;
    this.#drained = undefined;
    if (this.#phase === ENDING) this.shutdown(this.#reason);
    else for (const callback of callbacks ?? []) this.#callLater(callback);
  }

  whenDrained(callback: () => void): void {
    if (this.#phase !== OPEN) return;
    if (this.#queue === undefined) this.#callLater(callback);
    else if (this.#drained === undefined) this.#drained = [callback];
    else this.#drained.push(callback);
  }

  #callLater(callback: () => void): void {
    queueMicrotask(() => {
      if (this.#phase === OPEN) this.#guarded(callback);
    });
  }

  end(reason: CloseReason): void {
    if (this.#phase !== OPEN) return;
    this.#phase = ENDING;
    this.#reason = reason;
    this.deadlineAt = this.group.clock.now() + CLOSE_GRACE_MS;
    this.#decoder = undefined;
    this.#held = undefined;
    this.#drained = undefined;
    // What arrives is read and dropped: a close with unread bytes would reset what the peer has not read yet.
    if (this.#paused) this.setReading(true);
    if (this.#queue === undefined) this.shutdown(reason);
    else this.flush();
  }

  destroy(reason: CloseReason): void {
    if (this.#phase === CLOSED) return;
    this.gone(reason);
    this.cut();
  }

  pauseReading(): void {
    if (this.#phase !== OPEN || this.#paused) return;
    this.#paused = true;
    this.setReading(false);
  }

  resumeReading(): void {
    if (this.#phase !== OPEN || !this.#paused) return;
    this.#paused = false;
    this.touch();
    if (this.#held === undefined && !this.#heldEnd) this.setReading(true);
    else queueMicrotask(() => this.#readOn());
  }

  /** Closes the connection if its time has come. */
  sweep(now: number): void {
    if (this.deadlineAt !== 0 && now >= this.deadlineAt) this.destroy("deadline");
    else if (this.#paused || this.idleTimeoutMs === 0 || this.#phase !== OPEN) return;
    else if (now - this.#lastReadAt >= this.idleTimeoutMs) this.destroy("idle");
  }

  // Reading.

  /** Hands out the frames of a chunk. @returns how many bytes that took: not all when reading was paused. */
  #decode(chunk: Uint8Array): number {
    const decoder = this.#decoder ?? this.group.borrowDecoder();
    this.#decoder = undefined;
    try {
      const taken = decoder.push(chunk, (id, body) => {
        this.#guarded(() => this.group.handler.frame(this, id, body));
        return this.#phase === OPEN && !this.#paused;
      });
      if (decoder.pending === 0) this.group.returnDecoder(decoder);
      else if (this.#phase === OPEN) this.#decoder = decoder;
      return taken;
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.malformed();
      return chunk.length;
    }
  }

  #hold(chunk: Uint8Array): void {
    this.#held ??= new HeldBytes();
    this.#held.append(chunk);
    if (this.#held.length > this.group.limits.bytes) this.destroy("overflow");
  }

  /** Goes on where reading was paused. */
  #readOn(): void {
    if (this.#phase !== OPEN || this.#paused) return;
    const held = this.#held;
    if (held !== undefined) {
      held.take(this.#decode(held.bytes()));
      if (held.length === 0) this.#held = undefined;
    }
    if (this.#phase !== OPEN || this.#paused) return;
    if (this.#heldEnd) this.end("peer");
    else this.setReading(true);
  }

  // Ending.

  /** Runs what may throw because others wrote it; a failure costs this connection only. */
  #guarded(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.group.log.log("error", "net.handler_failed", { address: this.remoteAddress, error });
      this.destroy("error");
    }
  }

  /** Drops everything a closed connection needs no more, however long others keep the object. */
  #release(): void {
    this.#queue = undefined;
    this.#drained = undefined;
    this.#decoder = undefined;
    this.#held = undefined;
  }
}
