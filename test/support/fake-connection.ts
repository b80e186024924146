/**
 * @module support/fake-connection
 * A connection without a socket: keeps what is sent, write by write, for tests of what stands on net/.
 */
import type { CloseReason, Connection } from "../../src/net/connection.ts";
import { decodeBody } from "../../src/wire/body.ts";
import { FrameDecoder } from "../../src/wire/frame.ts";

export interface SentFrame {
  readonly id: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever fields it knows to be there.
  readonly body: any;
}

export class FakeConnection<S> implements Connection<S> {
  state!: S;
  readonly remoteAddress = "127.0.0.1";
  readonly kind = "tcp";
  acknowledged: boolean | undefined = true;
  peerEnded = false;
  isOpen = true;
  queuedFrames = 0;
  queuedBytes = 0;
  /** Frames at which it counts as full; it is never cut. */
  maxFrames = 1_000;
  idleTimeoutMs = 0;
  deadlineAt = 0;
  paused = false;
  closedBecause: CloseReason | undefined;
  /** What each write carried. */
  readonly writes: SentFrame[][] = [];
  #queued: Uint8Array[] = [];
  #drainWaiters: (() => void)[] = [];
  /** While true, nothing is taken by the kernel. */
  stuck = false;

  /** Everything written, in order. */
  get frames(): SentFrame[] {
    this.flush();
    return this.writes.flat();
  }

  get queueShare(): number {
    return this.queuedFrames / this.maxFrames;
  }

  send(frame: Uint8Array): boolean {
    if (!this.isOpen) return false;
    this.#queued.push(frame);
    this.queuedFrames++;
    this.queuedBytes += frame.length;
    return true;
  }

  flush(): void {
    if (this.stuck || this.#queued.length === 0) return;
    const frames: SentFrame[] = [];
    const decoder = new FrameDecoder();
    for (const bytes of this.#queued)
      decoder.push(bytes, (id, body) => frames.push({ id, body: decodeBody(body) }));
    this.writes.push(frames);
    this.#queued = [];
    this.queuedFrames = 0;
    this.queuedBytes = 0;
    const waiters = this.#drainWaiters;
    this.#drainWaiters = [];
    for (const waiter of waiters) queueMicrotask(waiter);
  }

  whenDrained(callback: () => void): void {
    if (this.#queued.length === 0) queueMicrotask(callback);
    else this.#drainWaiters.push(callback);
  }

  finish(): void {}

  end(reason: CloseReason): void {
    this.flush();
    this.destroy(reason);
  }

  destroy(reason: CloseReason): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.closedBecause = reason;
  }

  pauseReading(): void {
    this.paused = true;
  }

  resumeReading(): void {
    this.paused = false;
  }
}
