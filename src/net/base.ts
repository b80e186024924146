/**
 * @module net/base
 * What a connection is apart from its transport: its queue, its limits of time, the containment of a failing
 * handler, and the one way in which it ends. reader.ts is its receiving half; tcp.ts and ws.ts add the socket.
 *
 * A connection is OPEN, then ANSWERING (no frame comes in any more, what came is answered), then ENDING (nothing
 * goes out any more; the queue is written, then the transport closed), then CLOSED. It may skip any of them.
 *
 * Sessions are many and mostly idle, so everything that only an active connection needs (queue, decoder,
 * callbacks) is made when needed and dropped after use.
 */

import { ANSWER_GRACE_MS, CLOSE_GRACE_MS, type CloseReason, type Connection } from "./connection.ts";
import type { ConnectionGroup } from "./group.ts";
import { FrameQueue } from "./queue.ts";
import { FrameReader, type FrameSink } from "./reader.ts";

const OPEN = 0;
const ANSWERING = 1;
const ENDING = 2;
const CLOSED = 3;
type Phase = typeof OPEN | typeof ANSWERING | typeof ENDING | typeof CLOSED;

export abstract class BaseConnection<S> implements Connection<S>, FrameSink {
  abstract readonly kind: "tcp" | "ws";
  abstract readonly remoteAddress: string;
  declare state: S;
  idleTimeoutMs = 0;
  deadlineAt = 0;

  protected readonly group: ConnectionGroup<S>;
  protected readonly reader: FrameReader;
  #phase: Phase = OPEN;
  #reason: CloseReason = "peer";
  /** Whether the handler knows of this connection, so is told of its end. */
  #announced = false;
  #lastReadAt: number;
  #queue: FrameQueue | undefined;
  /** The kernel takes no more until `writable`. */
  #blocked = false;
  #drained: (() => void)[] | undefined;

  constructor(group: ConnectionGroup<S>) {
    this.group = group;
    this.reader = new FrameReader(this, group.decoders, group.limits.bytes);
    this.#lastReadAt = group.clock.monotonic();
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
  abstract setReading(reading: boolean): void;
  /** Bytes that the transport itself holds because the kernel does not take them. */
  protected get transportBytes(): number {
    return 0;
  }

  // What a transport reports; bytes go to `reader`.

  /** A peer was accepted; it counts, and its deadline runs, from here on. */
  accepted(): void {
    this.group.add(this);
  }

  /** The transport carries bytes. */
  opened(): void {
    if (this.#phase !== OPEN) return;
    this.#guarded(() => {
      this.state = this.group.handler.opened(this);
      this.#announced = true;
    });
  }

  /** The peer is alive. */
  touch(): void {
    this.#lastReadAt = this.group.clock.monotonic();
  }

  /** The kernel takes bytes again. */
  writable(): void {
    this.#blocked = false;
    this.flush();
  }

  /** The transport is closed, by whomever. `reason` holds if none was given before. */
  gone(reason: CloseReason): void {
    if (this.#phase === CLOSED) return;
    if (this.#phase === OPEN) this.#reason = reason;
    this.#phase = CLOSED;
    this.reader.clear();
    this.#queue = undefined;
    this.#drained = undefined;
    this.group.delete(this);
    queueMicrotask(() => {
      if (this.#announced) this.#guarded(() => this.group.handler.closed(this, this.#reason));
    });
  }

  // What its reader reports.

  received(id: number, body: Uint8Array): void {
    this.#guarded(() => this.group.handler.frame(this, id, body));
  }

  malformed(): void {
    this.#finished("protocol");
  }

  finished(): void {
    this.#finished("peer");
  }

  #finished(reason: "peer" | "protocol"): void {
    if (this.#phase !== OPEN) return;
    this.finish(reason);
    if (this.#announced) this.#guarded(() => this.group.handler.finished(this, reason));
    else this.end(reason);
  }

  overflowed(): void {
    this.destroy("overflow");
  }

  // What its user sees.

  get acknowledged(): boolean | undefined {
    return undefined;
  }

  get peerEnded(): boolean {
    return false;
  }

  get isOpen(): boolean {
    return this.#phase <= ANSWERING;
  }

  get isReceiving(): boolean {
    return this.#phase === OPEN;
  }

  get queuedFrames(): number {
    return this.#queue?.length ?? 0;
  }

  get queuedBytes(): number {
    return (this.#queue?.bytes ?? 0) + this.transportBytes;
  }

  get queueShare(): number {
    const { frames, bytes } = this.group.limits;
    return Math.max(this.queuedFrames / frames, this.queuedBytes / bytes);
  }

  send(frame: Uint8Array): boolean {
    if (!this.isOpen) return false;
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
    if (!this.isOpen) return;
    if (this.#queue === undefined) this.#callLater(callback);
    else if (this.#drained === undefined) this.#drained = [callback];
    else this.#drained.push(callback);
  }

  #callLater(callback: () => void): void {
    queueMicrotask(() => {
      if (this.isOpen) this.#guarded(callback);
    });
  }

  finish(reason: CloseReason): void {
    if (this.#phase !== OPEN) return;
    this.#phase = ANSWERING;
    this.#reason = reason;
    const until = this.group.clock.monotonic() + ANSWER_GRACE_MS;
    this.deadlineAt = this.deadlineAt === 0 ? until : Math.min(this.deadlineAt, until);
    this.reader.drop(); // a close with unread bytes would reset what the peer has not read yet
  }

  end(reason: CloseReason): void {
    this.finish(reason);
    if (!this.isOpen) return;
    this.#phase = ENDING;
    this.deadlineAt = this.group.clock.monotonic() + CLOSE_GRACE_MS;
    this.#drained = undefined;
    if (this.#queue === undefined) this.shutdown(this.#reason);
    else this.flush();
  }

  destroy(reason: CloseReason): void {
    if (this.#phase === CLOSED) return;
    this.gone(reason);
    this.cut();
  }

  pauseReading(): void {
    if (this.#phase === OPEN) this.reader.pause();
  }

  resumeReading(): void {
    if (this.#phase !== OPEN) return;
    this.touch();
    this.reader.resume();
  }

  /** Closes the connection if its time has come. `now` of the clock's `monotonic`. */
  sweep(now: number): void {
    if (this.deadlineAt !== 0 && now >= this.deadlineAt) {
      if (this.#phase === ANSWERING) this.end(this.#reason);
      else this.destroy("deadline");
    } else if (this.#phase !== OPEN || this.idleTimeoutMs === 0 || this.reader.isPaused) return;
    else if (now - this.#lastReadAt >= this.idleTimeoutMs) this.destroy("idle");
  }

  /** Runs what may throw because others wrote it; a failure costs this connection only. */
  #guarded(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.group.log.log("error", "net.handler_failed", { address: this.remoteAddress, error });
      this.destroy("error");
    }
  }
}
